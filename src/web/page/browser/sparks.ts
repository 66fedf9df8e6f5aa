const KEPT = 120;
const WIDTH = 120;
const HEIGHT = 24;
/** A curve of a few microseconds of jitter would look like trouble. */
const LEAST_HIGH_MS = 1;

const seen = new Map<string, (number | undefined)[]>();

/** Adds what each path shows now to its curve, and draws it. Nobody else remembers it. */
export function drawSparks(): void {
  const curves = [...document.querySelectorAll<SVGElement>('[data-spark]')];
  const names = new Set(curves.map(({ dataset }) => dataset['spark'] ?? ''));
  for (const name of seen.keys()) if (!names.has(name)) seen.delete(name);
  for (const curve of curves) {
    const name = curve.dataset['spark'] ?? '';
    const rttMs = Number(curve.dataset['rtt']);
    const points = [...(seen.get(name) ?? []), Number.isNaN(rttMs) ? undefined : rttMs].slice(-KEPT);
    seen.set(name, points);
    draw(curve, points);
  }
}

function draw(curve: SVGElement, points: readonly (number | undefined)[]): void {
  const known = points.filter((point) => point !== undefined);
  const high = Math.max(LEAST_HIGH_MS, ...known);
  let line = '';
  for (const [place, point] of points.entries()) {
    if (point === undefined) continue;
    const x = ((KEPT - points.length + place) * WIDTH) / (KEPT - 1);
    const y = HEIGHT - 2 - (point / high) * (HEIGHT - 4);
    // A dot where nothing came back before; a path that only sometimes answers is a row of dots.
    line += `${points[place - 1] === undefined ? `M${x.toFixed(1)} ${y.toFixed(1)}h.1` : ''}L${x.toFixed(1)} ${y.toFixed(1)}`;
  }
  let [title, path] = curve.children;
  if (title === undefined || path === undefined) {
    title = document.createElementNS(curve.namespaceURI, 'title');
    path = document.createElementNS(curve.namespaceURI, 'path');
    curve.append(title, path);
  }
  path.setAttribute('d', line);
  title.textContent =
    known.length === 0
      ? 'no round trip seen yet'
      : `${Math.min(...known)} to ${Math.max(...known)} ms in the last ${points.length} s`;
}
