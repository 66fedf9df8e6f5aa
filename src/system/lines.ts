/** A line longer than this is cut: no program that we listen to writes one, and memory has to stay bounded. */
const LINE_LENGTH_MAX = 4 * 1024 * 1024;

/** Chunks in, whole lines out, without their newline; the rest at the end counts as a line. */
export function lineSplitter(onLine: (line: string) => void) {
  let pending = '';
  return {
    add(chunk: string) {
      let from = 0;
      for (let at = chunk.indexOf('\n'); at >= 0; at = chunk.indexOf('\n', from)) {
        const line = pending + chunk.slice(from, at);
        pending = '';
        from = at + 1;
        onLine(line);
      }
      if (from < chunk.length && pending.length < LINE_LENGTH_MAX) pending += chunk.slice(from);
    },
    end() {
      if (pending !== '') onLine(pending);
      pending = '';
    },
  };
}
