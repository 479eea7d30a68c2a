/** After this time a wait is shown. */
export const PATIENCE_MS = 300;
/** After this time it can be cancelled, or is said to be unusual. */
export const LATE_MS = 5000;

/** How long something has been waited for. */
export class Wait {
  /** Whether the wait should be shown. */
  slow = $state(false);
  /** Whether it takes so long that the user should be able to do something about it. */
  late = $state(false);

  #timers: ReturnType<typeof setTimeout>[] = [];

  /** Begins a wait; one that is going on ends. */
  begin(): void {
    this.end();
    this.#timers = [
      setTimeout(() => (this.slow = true), PATIENCE_MS),
      setTimeout(() => (this.late = true), LATE_MS),
    ];
  }

  end(): void {
    this.#timers.forEach(clearTimeout);
    this.slow = this.late = false;
  }
}
