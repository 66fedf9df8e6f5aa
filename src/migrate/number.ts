/** A whole number in a range; undefined for anything else. */
export function wholeNumber(text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= min && number <= max ? number : undefined;
}

/** Seconds, also with a fraction, as milliseconds. */
export function secondsAsMs(text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined || !/^\d{1,6}(\.\d{1,6})?$/.test(text)) return undefined;
  const seconds = Number(text);
  return seconds >= min && seconds <= max ? Math.round(seconds * 1_000) : undefined;
}
