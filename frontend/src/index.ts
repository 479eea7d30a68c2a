import { mount } from "svelte";

import App from "./App.svelte";
import theme from "./theme.css?inline";

/** Shows the panel in this document; TensorBoard's frame calls it once. */
export function render(title = "Compress & Compare"): void {
  document.documentElement.lang = "en";
  document.title = title;
  const style = document.createElement("style");
  style.textContent = theme;
  document.head.append(style);
  mount(App, { target: document.body });
}
