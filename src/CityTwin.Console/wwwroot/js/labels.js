// Names on the map that never cover each other: offered in order of importance, each takes its place if it is free.

import { ink, bands, NORMAL, OPEN, UNKNOWN } from './palette.js';

const CELL = 12;        // pixels; the grid of taken places
const AROUND = [0, -24, 26, -38, 40]; // where a zone's name may go when its middle is taken, in pixels
const LABELS_MAX = 160;

export class Labels {
  constructor(city) {
    this.city = city;
    this.widths = new Map();
    this.placed = [];
  }

  /** Chooses what is named at this view; the names then move with the map until the next arrangement. */
  arrange(context, view, service, selected) {
    this.placed = [];
    const taken = new Set();
    const [x0, y0] = [view.x - view.width / 2 / view.k, view.y - view.height / 2 / view.k];
    const [x1, y1] = [view.x + view.width / 2 / view.k, view.y + view.height / 2 / view.k];
    const segments = [];
    this.city.segmentGrid.query(x0, y0, x1, y1, index => {
      const segment = this.city.segments[index];
      if (segment.isLine || !segment.hasPlace || (service && segment.service !== service)) return;
      segments.push(segment);
      const half = segment.prominence === 0 ? 3 : view.k >= 0.055 ? 10 : 5;
      this.#cells((segment.x - x0) * view.k - half, (segment.y - y0) * view.k - half, 2 * half, 2 * half, cell => taken.add(cell));
    });
    const offer = (thing, style, dy) => {
      if (this.placed.length >= LABELS_MAX || !thing.displayName) return true;
      const key = `${style.font}/${thing.displayName}`;
      if (!this.widths.has(key)) {
        context.font = style.font; context.letterSpacing = style.spacing;
        this.widths.set(key, context.measureText(style.upper ? thing.displayName.toUpperCase() : thing.displayName).width);
      }
      const width = this.widths.get(key), x = (thing.x - x0) * view.k, y = (thing.y - y0) * view.k + dy;
      const height = style.size * 1.35, box = [x - width / 2 - 3, y - height / 2, width + 6, height];
      if (box[0] < 0 || box[1] < 0 || box[0] + box[2] > view.width || box[1] + box[3] > view.height) return true;
      const cells = [];
      let isFree = true;
      this.#cells(...box, cell => { isFree &&= !taken.has(cell); cells.push(cell); });
      if (!isFree) return false;
      for (const cell of cells) taken.add(cell);
      this.placed.push({ thing, style, dy, width });
      return true;
    };
    if (selected?.displayName && selected.type !== 'zone') [-24, 26, -36, 38].some(dy => offer(selected, styles.selected, dy));
    const zones = this.city.zonesByDepth;
    for (const zone of zones) {
      if (zone.box[0] > x1 || zone.box[2] < x0 || zone.box[1] > y1 || zone.box[3] < y0) continue;
      const pixels = (zone.box[2] - zone.box[0]) * view.k;
      if (pixels < 54) continue;
      const band = this.city.zoneBand(zone, service);
      const troubled = band !== NORMAL && band !== UNKNOWN;
      const style = !zone.isLeaf ? styles.district : troubled ? styles.troubledZone : styles.zone;
      AROUND.some(dy => offer(zone, style, dy));
    }
    const named = segments.filter(segment => {
      const isTroubled = segment.band !== NORMAL && segment.band !== UNKNOWN && segment.band !== OPEN;
      return segment.prominence >= 3 && view.k > 0.02 || segment.prominence >= 1 && view.k > 0.12
        || isTroubled && segment.prominence >= 2 && view.k > 0.04 || view.k > 0.3;
    });
    named.sort((a, b) => b.prominence - a.prominence || b.concern - a.concern || (a.name < b.name ? -1 : 1));
    for (const segment of named) [1, -1].some(side => offer(segment, styles.segment, side * (view.k >= 0.055 && segment.prominence > 0 ? 22 : 15)));
  }

  #cells(x, y, width, height, visit) {
    for (let row = Math.floor(y / CELL); row <= Math.floor((y + height) / CELL); row++) {
      for (let column = Math.floor(x / CELL); column <= Math.floor((x + width) / CELL); column++) visit(column * 10000 + row);
    }
  }

  draw(context, view) {
    const [x0, y0] = [view.x - view.width / 2 / view.k, view.y - view.height / 2 / view.k];
    context.textAlign = 'center'; context.textBaseline = 'middle'; context.lineJoin = 'round';
    for (const { thing, style, dy } of this.placed) {
      const x = (thing.x - x0) * view.k, y = (thing.y - y0) * view.k + dy;
      const text = style.upper ? thing.displayName.toUpperCase() : thing.displayName;
      context.font = style.font; context.letterSpacing = style.spacing;
      context.strokeStyle = ink.halo; context.lineWidth = 3.2; context.strokeText(text, x, y);
      context.fillStyle = style.colour(thing); context.fillText(text, x, y);
    }
    context.letterSpacing = '0px';
  }
}

const family = 'Inter, "Segoe UI Variable Text", "Segoe UI", system-ui, -apple-system, Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif';
const style = (size, weight, spacing, upper, colour) => ({ size, font: `${weight} ${size}px ${family}`, spacing, upper, colour });
const troubled = thing => bands[thing.band ?? NORMAL].colour;
const styles = {
  district: style(12.5, 600, '2.2px', true, () => '#8296a8'),
  zone: style(11, 500, '0.3px', false, () => '#72869a'),
  troubledZone: style(11.5, 600, '0.3px', false, () => ink.labelStrong),
  segment: style(11, 500, '0px', false, thing => thing.band === NORMAL || thing.band === UNKNOWN || thing.band === OPEN ? ink.label : troubled(thing)),
  selected: style(12.5, 650, '0px', false, () => ink.select),
};
