/** A kind of tensor in a block, by what its name says after the block's index. */
export interface KindName {
  /** "self_attn.q_proj.weight:2"; the rank stands only where the name is one part. */
  readonly kind: string;
  readonly shape: readonly number[] | null;
}

/** Roles by the end of a module's path, the first that fits; `$` stands after the whole path. */
const ROLES: readonly (readonly [RegExp, string])[] = [
  [/(^|[._])(qkv|qkv_proj|c_attn|attn_qkv|query_key_value|wqkv|in_proj)$/, "qkv"],
  [/(^|[._])(q|q_proj|query|to_q|attn_q|wq|q_lin|query_proj)$/, "q"],
  [/(^|[._])(k|k_proj|key|to_k|attn_k|wk|k_lin|key_proj)$/, "k"],
  [/(^|[._])(v|v_proj|value|to_v|attn_v|wv|v_lin|value_proj)$/, "v"],
  [
    /att\w*\.(.*\.)?(o|output|o_proj|out_proj|proj|dense|c_proj|wo|out|out_lin|to_out\.0|attention_output)$/,
    "o",
  ],
  [/(^|[._])(o_proj|out_proj|attn_output|attn_out|wo)$/, "o"],
  [/(^|[._])(gate_proj|ffn_gate|ffn_gate_exps|wi_0|gate_up_proj|w_gate)$/, "gate"],
  [
    /(^|[._])(up|up_proj|ffn_up|ffn_up_exps|wi_1|wi|fc_in|fc1|c_fc|lin1|linear1|intermediate\.dense|dense_h_to_4h|mlp_up)$/,
    "up",
  ],
  [
    /(^|[._])(down|down_proj|ffn_down|ffn_down_exps|fc_out|fc2|lin2|linear2|dense_4h_to_h|mlp_down)$/,
    "down",
  ],
  [/(mlp|ffn|ff|feed_?forward|densereludense)\w*\.(.*\.)?(c_proj|wo|output\.dense)$/, "down"],
  [
    /(^|[._])(rms_?norm|batch_?norm\w*|layer_?norm\w*|group_?norm\w*|\w*norm|norm\w*|ln(_\w+)?|bn)[._]?\d*$/,
    "norm",
  ],
];

/** The last part of a name that says nothing: a module has one weight. */
const PLAIN = /(^|\.)(weight|kernel|w|scale|gamma|output)$/;

/**
 * What is written beside each kind: its role where a name says one ("q", "down"), else the name
 * without "weight". Roles that two kinds have get what tells them apart, norms a number.
 */
export function kindLabels(kinds: readonly KindName[]): string[] {
  const gated = gatedWs(kinds);
  const named = kinds.map(({ kind }) => {
    const path = kind.replace(/:\d*$/, "");
    const bare = path.replace(/\.\*(?=\.)/g, "");
    const rest = bare.replace(PLAIN, "");
    const tail = rest === bare ? (/\.?([^.]+)$/.exec(bare)?.[1] ?? bare) : "";
    const module = tail && tail !== bare ? bare.slice(0, -tail.length - 1) : rest;
    const role = gated.get(kind) ?? roleOf(module);
    return { path: module || bare, role, tail: tail === bare ? "" : tail };
  });
  return apart(
    named.map(({ path, role, tail }) => [role ?? path, tail].filter(Boolean).join(" ")),
    named,
  );
}

function roleOf(module: string): string | null {
  const low = module.toLowerCase();
  return ROLES.find(([pattern]) => pattern.test(low))?.[1] ?? null;
}

/** Of w1, w2, w3 (Mixtral, Llama): w2 leads back, by its shape, and w1 is the gate beside w3. */
function gatedWs(kinds: readonly KindName[]): ReadonlyMap<string, string> {
  const found = new Map(
    kinds.flatMap((each) => {
      const name = /(^|\.)(w[123])\.(weight|kernel)/.exec(each.kind)?.[2];
      return name ? [[name, each] as const] : [];
    }),
  );
  const [one, two, three] = ["w1", "w2", "w3"].map((name) => found.get(name));
  const back = one?.shape?.length === 2 && one.shape[0] === two?.shape?.[1];
  if (!one || !two || !back || one.shape[1] !== two.shape?.[0]) return new Map();
  const roles: [string, string][] = [
    [one.kind, three ? "gate" : "up"],
    [two.kind, "down"],
  ];
  return new Map(three ? [...roles, [three.kind, "up"]] : roles);
}

/** `labels` so that no two are alike. */
function apart(
  labels: readonly string[],
  named: readonly { path: string; role: string | null; tail: string }[],
): string[] {
  const twins = (label: string): number[] =>
    labels.flatMap((other, at) => (other === label ? at : []));
  return labels.map((label, at) => {
    const same = twins(label);
    if (same.length < 2) return label;
    const { path, role, tail } = named[at]!;
    const order = same.indexOf(at) + 1;
    if (role === "norm") return [`norm ${order}`, tail].filter(Boolean).join(" ");
    const containers = same.map((twin) => named[twin]!.path.split("."));
    const own = path.split(".");
    const telling = own.find(
      (part, depth) =>
        /[a-z]/i.test(part) &&
        new Set(containers.map((parts) => parts[depth])).size === same.length,
    );
    if (role && telling && telling !== own.at(-1)) return `${telling} ${label}`;
    return role ? [path, tail].filter(Boolean).join(" ") : `${label} ${order}`;
  });
}
