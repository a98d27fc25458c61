// Names on the map that never cover each other: offered in order of importance, each takes its place if it is free.

import { ink, bands, NORMAL, OPEN, UNKNOWN } from './palette.js';

const CELL = 24;        // pixels; the grid of taken places
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
    const offer = (thing, style, dy) => {
      if (this.placed.length >= LABELS_MAX || !thing.displayName) return;
      const key = `${style.font}/${thing.displayName}`;
      if (!this.widths.has(key)) {
        context.font = style.font; context.letterSpacing = style.spacing;
        this.widths.set(key, context.measureText(style.upper ? thing.displayName.toUpperCase() : thing.displayName).width);
      }
      const width = this.widths.get(key), x = (thing.x - x0) * view.k, y = (thing.y - y0) * view.k + dy;
      const box = [x - width / 2 - 5, y - style.size * 0.75 - 3, x + width / 2 + 5, y + style.size * 0.75 + 3];
      if (box[0] < 0 || box[1] < 0 || box[2] > view.width || box[3] > view.height) return;
      const cells = [];
      for (let r = Math.floor(box[1] / CELL); r <= Math.floor(box[3] / CELL); r++) {
        for (let c = Math.floor(box[0] / CELL); c <= Math.floor(box[2] / CELL); c++) {
          const cell = c * 10000 + r;
          if (taken.has(cell)) return;
          cells.push(cell);
        }
      }
      for (const cell of cells) taken.add(cell);
      this.placed.push({ thing, style, dy, width });
    };
    if (selected?.displayName && selected.type !== 'zone') offer(selected, styles.selected, -20);
    const zones = this.city.zonesByDepth;
    for (const zone of zones) {
      if (zone.box[0] > x1 || zone.box[2] < x0 || zone.box[1] > y1 || zone.box[3] < y0) continue;
      const pixels = (zone.box[2] - zone.box[0]) * view.k;
      if (pixels < 54) continue;
      const band = this.city.zoneBand(zone, service);
      const troubled = band !== NORMAL && band !== UNKNOWN;
      offer(zone, !zone.isLeaf ? styles.district : troubled ? styles.troubledZone : styles.zone, 0);
    }
    const segments = [];
    this.city.segmentGrid.query(x0, y0, x1, y1, index => {
      const segment = this.city.segments[index];
      if (segment.isLine || !segment.hasPlace || (service && segment.service !== service)) return;
      const trouble = segment.band !== NORMAL && segment.band !== UNKNOWN && segment.band !== OPEN;
      if (segment.prominence >= 3 && view.k > 0.02 || segment.prominence >= 1 && view.k > 0.12 || trouble && segment.prominence >= 2 && view.k > 0.04 || view.k > 0.3) segments.push(segment);
    });
    segments.sort((a, b) => b.prominence - a.prominence || b.concern - a.concern || (a.name < b.name ? -1 : 1));
    for (const segment of segments) offer(segment, styles.segment, view.k >= 0.055 && segment.prominence > 0 ? 21 : 14);
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
