/** A server that responds when the test says so. */
export class Server {
  readonly requests: { address: string; signal: AbortSignal; respond: (value: unknown) => void }[] =
    [];

  fetch = (address: string, signal: AbortSignal): Promise<unknown> =>
    new Promise((respond, refuse) => {
      this.requests.push({ address, signal, respond });
      signal.addEventListener("abort", () => refuse(new DOMException("", "AbortError")));
    });
}
