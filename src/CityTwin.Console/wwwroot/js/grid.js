// Which things are near a place: a uniform grid over the city, about two things a cell. Built once per map; a query
// touches only the cells it overlaps.

export class Grid {
  /** boxes: flat list of minX, minY, maxX, maxY per thing. */
  constructor(boxes) {
    const count = boxes.length / 4;
    let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < boxes.length; i += 4) {
      if (!(boxes[i] <= boxes[i + 2])) continue; // a thing without a place
      minX = Math.min(minX, boxes[i]); minY = Math.min(minY, boxes[i + 1]);
      maxX = Math.max(maxX, boxes[i + 2]); maxY = Math.max(maxY, boxes[i + 3]);
    }
    this.boxes = boxes;
    this.minX = minX; this.minY = minY;
    this.columns = this.rows = Math.max(1, Math.min(256, Math.ceil(Math.sqrt(count / 2))));
    this.width = Math.max(1, (maxX - minX) / this.columns);
    this.height = Math.max(1, (maxY - minY) / this.rows);
    this.cells = Array.from({ length: this.columns * this.rows }, () => []);
    this.seen = new Uint32Array(count);
    this.round = 0;
    for (let i = 0; i < count; i++) {
      if (!(boxes[4 * i] <= boxes[4 * i + 2])) continue;
      this.#cellsOf(boxes[4 * i], boxes[4 * i + 1], boxes[4 * i + 2], boxes[4 * i + 3], cell => cell.push(i));
    }
  }

  /** Calls visit(index) once for each thing whose box overlaps the rectangle. */
  query(x0, y0, x1, y1, visit) {
    const round = ++this.round;
    this.#cellsOf(x0, y0, x1, y1, cell => {
      for (const i of cell) {
        if (this.seen[i] === round) continue;
        this.seen[i] = round;
        const b = 4 * i;
        if (this.boxes[b] <= x1 && this.boxes[b + 2] >= x0 && this.boxes[b + 1] <= y1 && this.boxes[b + 3] >= y0) visit(i);
      }
    });
  }

  #cellsOf(x0, y0, x1, y1, visit) {
    const clampX = v => Math.max(0, Math.min(this.columns - 1, Math.floor((v - this.minX) / this.width)));
    const clampY = v => Math.max(0, Math.min(this.rows - 1, Math.floor((v - this.minY) / this.height)));
    const [c0, c1, r0, r1] = [clampX(x0), clampX(x1), clampY(y0), clampY(y1)];
    for (let r = r0; r <= r1; r++) for (let c = c0; c <= c1; c++) visit(this.cells[r * this.columns + c]);
  }
}

/** Squared distance in metres from a place to a flat path of x, y ... */
export function distanceSquared(path, x, y) {
  if (path.length < 2) return Infinity;
  if (path.length === 2) return (path[0] - x) ** 2 + (path[1] - y) ** 2;
  let best = Infinity;
  for (let i = 0; i + 3 < path.length; i += 2) {
    const dx = path[i + 2] - path[i], dy = path[i + 3] - path[i + 1], length = dx * dx + dy * dy;
    const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((x - path[i]) * dx + (y - path[i + 1]) * dy) / length));
    best = Math.min(best, (path[i] + t * dx - x) ** 2 + (path[i + 1] + t * dy - y) ** 2);
  }
  return best;
}

/** Whether a place lies in an area of rings (even-odd, so holes are holes). */
export function contains(rings, x, y) {
  let inside = false;
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
      if ((ring[i + 1] > y) !== (ring[j + 1] > y) &&
          x < (ring[j] - ring[i]) * (y - ring[i + 1]) / (ring[j + 1] - ring[i + 1]) + ring[i]) inside = !inside;
    }
  }
  return inside;
}
