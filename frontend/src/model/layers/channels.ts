/** Which channels group `at` of `groups` holds, from 0: "12" or "12–15". */
export function channelRange(at: number, groups: number, channels: number): string {
  const first = Math.floor((at * channels) / groups);
  const last = Math.max(first, Math.floor(((at + 1) * channels) / groups) - 1);
  return first === last ? String(first) : `${first}–${last}`;
}
