from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Envelope(_message.Message):
    __slots__ = ("format_version", "checksum", "compression", "size", "payload")
    class Compression(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        NONE: _ClassVar[Envelope.Compression]
        ZLIB: _ClassVar[Envelope.Compression]
    NONE: Envelope.Compression
    ZLIB: Envelope.Compression
    FORMAT_VERSION_FIELD_NUMBER: _ClassVar[int]
    CHECKSUM_FIELD_NUMBER: _ClassVar[int]
    COMPRESSION_FIELD_NUMBER: _ClassVar[int]
    SIZE_FIELD_NUMBER: _ClassVar[int]
    PAYLOAD_FIELD_NUMBER: _ClassVar[int]
    format_version: int
    checksum: int
    compression: Envelope.Compression
    size: int
    payload: bytes
    def __init__(self, format_version: _Optional[int] = ..., checksum: _Optional[int] = ..., compression: _Optional[_Union[Envelope.Compression, str]] = ..., size: _Optional[int] = ..., payload: _Optional[bytes] = ...) -> None: ...

class Record(_message.Message):
    __slots__ = ("model", "metrics", "metric_specs", "problems")
    MODEL_FIELD_NUMBER: _ClassVar[int]
    METRICS_FIELD_NUMBER: _ClassVar[int]
    METRIC_SPECS_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    model: ModelCard
    metrics: Metrics
    metric_specs: MetricSpecs
    problems: Problems
    def __init__(self, model: _Optional[_Union[ModelCard, _Mapping]] = ..., metrics: _Optional[_Union[Metrics, _Mapping]] = ..., metric_specs: _Optional[_Union[MetricSpecs, _Mapping]] = ..., problems: _Optional[_Union[Problems, _Mapping]] = ...) -> None: ...

class ModelCard(_message.Message):
    __slots__ = ("id", "parents", "operation", "status", "reason", "description", "checkpoint", "created_us", "closed_us", "no_parents", "no_operation", "replicate_of", "note", "tags", "no_tags", "hidden", "renamed", "edits")
    class Status(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        RUNNING: _ClassVar[ModelCard.Status]
        FINISHED: _ClassVar[ModelCard.Status]
        FAILED: _ClassVar[ModelCard.Status]
        NOT_SAID: _ClassVar[ModelCard.Status]
    RUNNING: ModelCard.Status
    FINISHED: ModelCard.Status
    FAILED: ModelCard.Status
    NOT_SAID: ModelCard.Status
    ID_FIELD_NUMBER: _ClassVar[int]
    PARENTS_FIELD_NUMBER: _ClassVar[int]
    OPERATION_FIELD_NUMBER: _ClassVar[int]
    STATUS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    CHECKPOINT_FIELD_NUMBER: _ClassVar[int]
    CREATED_US_FIELD_NUMBER: _ClassVar[int]
    CLOSED_US_FIELD_NUMBER: _ClassVar[int]
    NO_PARENTS_FIELD_NUMBER: _ClassVar[int]
    NO_OPERATION_FIELD_NUMBER: _ClassVar[int]
    REPLICATE_OF_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    TAGS_FIELD_NUMBER: _ClassVar[int]
    NO_TAGS_FIELD_NUMBER: _ClassVar[int]
    HIDDEN_FIELD_NUMBER: _ClassVar[int]
    RENAMED_FIELD_NUMBER: _ClassVar[int]
    EDITS_FIELD_NUMBER: _ClassVar[int]
    id: str
    parents: _containers.RepeatedScalarFieldContainer[str]
    operation: Operation
    status: ModelCard.Status
    reason: str
    description: str
    checkpoint: str
    created_us: int
    closed_us: int
    no_parents: bool
    no_operation: bool
    replicate_of: str
    note: str
    tags: _containers.RepeatedScalarFieldContainer[str]
    no_tags: bool
    hidden: bool
    renamed: str
    edits: bool
    def __init__(self, id: _Optional[str] = ..., parents: _Optional[_Iterable[str]] = ..., operation: _Optional[_Union[Operation, _Mapping]] = ..., status: _Optional[_Union[ModelCard.Status, str]] = ..., reason: _Optional[str] = ..., description: _Optional[str] = ..., checkpoint: _Optional[str] = ..., created_us: _Optional[int] = ..., closed_us: _Optional[int] = ..., no_parents: bool = ..., no_operation: bool = ..., replicate_of: _Optional[str] = ..., note: _Optional[str] = ..., tags: _Optional[_Iterable[str]] = ..., no_tags: bool = ..., hidden: bool = ..., renamed: _Optional[str] = ..., edits: bool = ...) -> None: ...

class Operation(_message.Message):
    __slots__ = ("name", "parameters")
    NAME_FIELD_NUMBER: _ClassVar[int]
    PARAMETERS_FIELD_NUMBER: _ClassVar[int]
    name: str
    parameters: _containers.RepeatedCompositeFieldContainer[Parameter]
    def __init__(self, name: _Optional[str] = ..., parameters: _Optional[_Iterable[_Union[Parameter, _Mapping]]] = ...) -> None: ...

class Parameter(_message.Message):
    __slots__ = ("name", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: Value
    def __init__(self, name: _Optional[str] = ..., value: _Optional[_Union[Value, _Mapping]] = ...) -> None: ...

class Value(_message.Message):
    __slots__ = ("text", "integer", "number", "flag", "nothing", "list")
    class Nothing(_message.Message):
        __slots__ = ()
        def __init__(self) -> None: ...
    class List(_message.Message):
        __slots__ = ("items",)
        ITEMS_FIELD_NUMBER: _ClassVar[int]
        items: _containers.RepeatedCompositeFieldContainer[Value]
        def __init__(self, items: _Optional[_Iterable[_Union[Value, _Mapping]]] = ...) -> None: ...
    TEXT_FIELD_NUMBER: _ClassVar[int]
    INTEGER_FIELD_NUMBER: _ClassVar[int]
    NUMBER_FIELD_NUMBER: _ClassVar[int]
    FLAG_FIELD_NUMBER: _ClassVar[int]
    NOTHING_FIELD_NUMBER: _ClassVar[int]
    LIST_FIELD_NUMBER: _ClassVar[int]
    text: str
    integer: int
    number: float
    flag: bool
    nothing: Value.Nothing
    list: Value.List
    def __init__(self, text: _Optional[str] = ..., integer: _Optional[int] = ..., number: _Optional[float] = ..., flag: bool = ..., nothing: _Optional[_Union[Value.Nothing, _Mapping]] = ..., list: _Optional[_Union[Value.List, _Mapping]] = ...) -> None: ...

class Metrics(_message.Message):
    __slots__ = ("model_id", "measurements")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    MEASUREMENTS_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    measurements: _containers.RepeatedCompositeFieldContainer[Measurement]
    def __init__(self, model_id: _Optional[str] = ..., measurements: _Optional[_Iterable[_Union[Measurement, _Mapping]]] = ...) -> None: ...

class Measurement(_message.Message):
    __slots__ = ("name", "repeats", "step", "logged_us", "host", "conditions", "note", "interval", "bound", "withdrawn")
    class Bound(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        NONE: _ClassVar[Measurement.Bound]
        AT_LEAST: _ClassVar[Measurement.Bound]
        AT_MOST: _ClassVar[Measurement.Bound]
    NONE: Measurement.Bound
    AT_LEAST: Measurement.Bound
    AT_MOST: Measurement.Bound
    class Interval(_message.Message):
        __slots__ = ("low", "high", "level")
        LOW_FIELD_NUMBER: _ClassVar[int]
        HIGH_FIELD_NUMBER: _ClassVar[int]
        LEVEL_FIELD_NUMBER: _ClassVar[int]
        low: float
        high: float
        level: float
        def __init__(self, low: _Optional[float] = ..., high: _Optional[float] = ..., level: _Optional[float] = ...) -> None: ...
    NAME_FIELD_NUMBER: _ClassVar[int]
    REPEATS_FIELD_NUMBER: _ClassVar[int]
    STEP_FIELD_NUMBER: _ClassVar[int]
    LOGGED_US_FIELD_NUMBER: _ClassVar[int]
    HOST_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    NOTE_FIELD_NUMBER: _ClassVar[int]
    INTERVAL_FIELD_NUMBER: _ClassVar[int]
    BOUND_FIELD_NUMBER: _ClassVar[int]
    WITHDRAWN_FIELD_NUMBER: _ClassVar[int]
    name: str
    repeats: _containers.RepeatedScalarFieldContainer[float]
    step: int
    logged_us: int
    host: str
    conditions: _containers.RepeatedCompositeFieldContainer[Condition]
    note: str
    interval: Measurement.Interval
    bound: Measurement.Bound
    withdrawn: bool
    def __init__(self, name: _Optional[str] = ..., repeats: _Optional[_Iterable[float]] = ..., step: _Optional[int] = ..., logged_us: _Optional[int] = ..., host: _Optional[str] = ..., conditions: _Optional[_Iterable[_Union[Condition, _Mapping]]] = ..., note: _Optional[str] = ..., interval: _Optional[_Union[Measurement.Interval, _Mapping]] = ..., bound: _Optional[_Union[Measurement.Bound, str]] = ..., withdrawn: bool = ...) -> None: ...

class Condition(_message.Message):
    __slots__ = ("name", "value")
    NAME_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    name: str
    value: str
    def __init__(self, name: _Optional[str] = ..., value: _Optional[str] = ...) -> None: ...

class MetricSpecs(_message.Message):
    __slots__ = ("specs",)
    SPECS_FIELD_NUMBER: _ClassVar[int]
    specs: _containers.RepeatedCompositeFieldContainer[MetricSpec]
    def __init__(self, specs: _Optional[_Iterable[_Union[MetricSpec, _Mapping]]] = ...) -> None: ...

class MetricSpec(_message.Message):
    __slots__ = ("name", "goal", "unit", "format", "low", "high", "primary", "budget", "scalar", "defined_us", "suggested", "description", "summary")
    class Goal(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        UNKNOWN: _ClassVar[MetricSpec.Goal]
        MAX: _ClassVar[MetricSpec.Goal]
        MIN: _ClassVar[MetricSpec.Goal]
    UNKNOWN: MetricSpec.Goal
    MAX: MetricSpec.Goal
    MIN: MetricSpec.Goal
    NAME_FIELD_NUMBER: _ClassVar[int]
    GOAL_FIELD_NUMBER: _ClassVar[int]
    UNIT_FIELD_NUMBER: _ClassVar[int]
    FORMAT_FIELD_NUMBER: _ClassVar[int]
    LOW_FIELD_NUMBER: _ClassVar[int]
    HIGH_FIELD_NUMBER: _ClassVar[int]
    PRIMARY_FIELD_NUMBER: _ClassVar[int]
    BUDGET_FIELD_NUMBER: _ClassVar[int]
    SCALAR_FIELD_NUMBER: _ClassVar[int]
    DEFINED_US_FIELD_NUMBER: _ClassVar[int]
    SUGGESTED_FIELD_NUMBER: _ClassVar[int]
    DESCRIPTION_FIELD_NUMBER: _ClassVar[int]
    SUMMARY_FIELD_NUMBER: _ClassVar[int]
    name: str
    goal: MetricSpec.Goal
    unit: str
    format: str
    low: float
    high: float
    primary: bool
    budget: Budget
    scalar: str
    defined_us: int
    suggested: bool
    description: str
    summary: str
    def __init__(self, name: _Optional[str] = ..., goal: _Optional[_Union[MetricSpec.Goal, str]] = ..., unit: _Optional[str] = ..., format: _Optional[str] = ..., low: _Optional[float] = ..., high: _Optional[float] = ..., primary: bool = ..., budget: _Optional[_Union[Budget, _Mapping]] = ..., scalar: _Optional[str] = ..., defined_us: _Optional[int] = ..., suggested: bool = ..., description: _Optional[str] = ..., summary: _Optional[str] = ...) -> None: ...

class Budget(_message.Message):
    __slots__ = ("bound", "value", "relation")
    class Bound(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        AT_MOST: _ClassVar[Budget.Bound]
        AT_LEAST: _ClassVar[Budget.Bound]
    AT_MOST: Budget.Bound
    AT_LEAST: Budget.Bound
    class Relation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        ABSOLUTE: _ClassVar[Budget.Relation]
        BASE_PLUS: _ClassVar[Budget.Relation]
        BASE_PERCENT: _ClassVar[Budget.Relation]
    ABSOLUTE: Budget.Relation
    BASE_PLUS: Budget.Relation
    BASE_PERCENT: Budget.Relation
    BOUND_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    RELATION_FIELD_NUMBER: _ClassVar[int]
    bound: Budget.Bound
    value: float
    relation: Budget.Relation
    def __init__(self, bound: _Optional[_Union[Budget.Bound, str]] = ..., value: _Optional[float] = ..., relation: _Optional[_Union[Budget.Relation, str]] = ...) -> None: ...

class Problems(_message.Message):
    __slots__ = ("model_id", "problems")
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    PROBLEMS_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    problems: _containers.RepeatedCompositeFieldContainer[Problem]
    def __init__(self, model_id: _Optional[str] = ..., problems: _Optional[_Iterable[_Union[Problem, _Mapping]]] = ...) -> None: ...

class Problem(_message.Message):
    __slots__ = ("message", "remedy", "logged_us")
    MESSAGE_FIELD_NUMBER: _ClassVar[int]
    REMEDY_FIELD_NUMBER: _ClassVar[int]
    LOGGED_US_FIELD_NUMBER: _ClassVar[int]
    message: str
    remedy: str
    logged_us: int
    def __init__(self, message: _Optional[str] = ..., remedy: _Optional[str] = ..., logged_us: _Optional[int] = ...) -> None: ...

class Column(_message.Message):
    __slots__ = ("name", "dtype", "shape", "data")
    NAME_FIELD_NUMBER: _ClassVar[int]
    DTYPE_FIELD_NUMBER: _ClassVar[int]
    SHAPE_FIELD_NUMBER: _ClassVar[int]
    DATA_FIELD_NUMBER: _ClassVar[int]
    name: str
    dtype: str
    shape: _containers.RepeatedScalarFieldContainer[int]
    data: bytes
    def __init__(self, name: _Optional[str] = ..., dtype: _Optional[str] = ..., shape: _Optional[_Iterable[int]] = ..., data: _Optional[bytes] = ...) -> None: ...

class InstanceRecord(_message.Message):
    __slots__ = ("subject", "model_id", "dataset", "kind", "fingerprint", "columns", "excluded", "dropped", "logged_us")
    class Subject(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        DATASET: _ClassVar[InstanceRecord.Subject]
        PREDICTIONS: _ClassVar[InstanceRecord.Subject]
    DATASET: InstanceRecord.Subject
    PREDICTIONS: InstanceRecord.Subject
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    DATASET_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    EXCLUDED_FIELD_NUMBER: _ClassVar[int]
    DROPPED_FIELD_NUMBER: _ClassVar[int]
    LOGGED_US_FIELD_NUMBER: _ClassVar[int]
    subject: InstanceRecord.Subject
    model_id: str
    dataset: str
    kind: str
    fingerprint: str
    columns: _containers.RepeatedCompositeFieldContainer[Column]
    excluded: int
    dropped: _containers.RepeatedScalarFieldContainer[str]
    logged_us: int
    def __init__(self, subject: _Optional[_Union[InstanceRecord.Subject, str]] = ..., model_id: _Optional[str] = ..., dataset: _Optional[str] = ..., kind: _Optional[str] = ..., fingerprint: _Optional[str] = ..., columns: _Optional[_Iterable[_Union[Column, _Mapping]]] = ..., excluded: _Optional[int] = ..., dropped: _Optional[_Iterable[str]] = ..., logged_us: _Optional[int] = ...) -> None: ...

class SketchRecord(_message.Message):
    __slots__ = ("subject", "model_id", "fingerprint", "instances", "columns", "refused", "logged_us")
    class Subject(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        WEIGHTS: _ClassVar[SketchRecord.Subject]
        ACTIVATIONS: _ClassVar[SketchRecord.Subject]
    WEIGHTS: SketchRecord.Subject
    ACTIVATIONS: SketchRecord.Subject
    SUBJECT_FIELD_NUMBER: _ClassVar[int]
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    LOGGED_US_FIELD_NUMBER: _ClassVar[int]
    subject: SketchRecord.Subject
    model_id: str
    fingerprint: str
    instances: int
    columns: _containers.RepeatedCompositeFieldContainer[Column]
    refused: _containers.RepeatedCompositeFieldContainer[Refused]
    logged_us: int
    def __init__(self, subject: _Optional[_Union[SketchRecord.Subject, str]] = ..., model_id: _Optional[str] = ..., fingerprint: _Optional[str] = ..., instances: _Optional[int] = ..., columns: _Optional[_Iterable[_Union[Column, _Mapping]]] = ..., refused: _Optional[_Iterable[_Union[Refused, _Mapping]]] = ..., logged_us: _Optional[int] = ...) -> None: ...

class Refused(_message.Message):
    __slots__ = ("name", "reason", "weights")
    NAME_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    WEIGHTS_FIELD_NUMBER: _ClassVar[int]
    name: str
    reason: str
    weights: int
    def __init__(self, name: _Optional[str] = ..., reason: _Optional[str] = ..., weights: _Optional[int] = ...) -> None: ...

class SensitivityRecord(_message.Message):
    __slots__ = ("model_id", "method", "damage", "score", "fingerprint", "network", "instances", "tokens", "other_bytes", "columns", "refused", "seconds", "logged_us")
    class Method(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        EXACT: _ClassVar[SensitivityRecord.Method]
        GRADIENT: _ClassVar[SensitivityRecord.Method]
    EXACT: SensitivityRecord.Method
    GRADIENT: SensitivityRecord.Method
    class Damage(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KL: _ClassVar[SensitivityRecord.Damage]
        SQUARED_ERROR: _ClassVar[SensitivityRecord.Damage]
        SCORE: _ClassVar[SensitivityRecord.Damage]
    KL: SensitivityRecord.Damage
    SQUARED_ERROR: SensitivityRecord.Damage
    SCORE: SensitivityRecord.Damage
    MODEL_ID_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    DAMAGE_FIELD_NUMBER: _ClassVar[int]
    SCORE_FIELD_NUMBER: _ClassVar[int]
    FINGERPRINT_FIELD_NUMBER: _ClassVar[int]
    NETWORK_FIELD_NUMBER: _ClassVar[int]
    INSTANCES_FIELD_NUMBER: _ClassVar[int]
    TOKENS_FIELD_NUMBER: _ClassVar[int]
    OTHER_BYTES_FIELD_NUMBER: _ClassVar[int]
    COLUMNS_FIELD_NUMBER: _ClassVar[int]
    REFUSED_FIELD_NUMBER: _ClassVar[int]
    SECONDS_FIELD_NUMBER: _ClassVar[int]
    LOGGED_US_FIELD_NUMBER: _ClassVar[int]
    model_id: str
    method: SensitivityRecord.Method
    damage: SensitivityRecord.Damage
    score: str
    fingerprint: str
    network: str
    instances: int
    tokens: int
    other_bytes: int
    columns: _containers.RepeatedCompositeFieldContainer[Column]
    refused: _containers.RepeatedCompositeFieldContainer[Refused]
    seconds: float
    logged_us: int
    def __init__(self, model_id: _Optional[str] = ..., method: _Optional[_Union[SensitivityRecord.Method, str]] = ..., damage: _Optional[_Union[SensitivityRecord.Damage, str]] = ..., score: _Optional[str] = ..., fingerprint: _Optional[str] = ..., network: _Optional[str] = ..., instances: _Optional[int] = ..., tokens: _Optional[int] = ..., other_bytes: _Optional[int] = ..., columns: _Optional[_Iterable[_Union[Column, _Mapping]]] = ..., refused: _Optional[_Iterable[_Union[Refused, _Mapping]]] = ..., seconds: _Optional[float] = ..., logged_us: _Optional[int] = ...) -> None: ...
