/** "30 Nov 2026", of seconds since 1970. */
export function dayText(seconds: number): string {
  return new Date(seconds * 1000).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "short",
    year: "numeric",
  });
}

/** "30 Nov 2026, 08:20". */
export function momentText(seconds: number): string {
  const time = new Date(seconds * 1000).toLocaleTimeString("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
  });
  return `${dayText(seconds)}, ${time}`;
}
