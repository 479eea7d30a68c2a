/** The panel in one file: what `tensorboard-cnc report` puts into HTML. */
import { report } from "./api/client";
import { render } from "./index";

render(report()?.title);
