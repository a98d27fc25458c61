// The zones, filled by the level of the service that is looked at.

import { bands, DARK, NORMAL, SEVERE } from './palette.js';

const HATCHED_FROM_PIXELS = 18; // a smaller zone has no room for a hatch

export class Zones {
  constructor(city) {
    this.city = city;
    this.service = '';
    this.hatches = new Map();
  }

  draw(context, frame) {
    frame.toMetres(context);
    context.lineJoin = 'round';
    const pixel = 1 / frame.k;
    for (const zone of this.city.zonesByDepth) this.#zone(context, frame, zone, this.city.zoneBand(zone, this.service), pixel);
  }

  #zone(context, frame, zone, band, pixel) {
    const [x0, y0, x1, y1] = frame.region;
    if (zone.box[0] > x1 || zone.box[2] < x0 || zone.box[1] > y1 || zone.box[3] < y0) return;
    const look = bands[band];
    if (zone.isLeaf || band !== NORMAL) {
      context.fillStyle = look.zone;
      if (zone.isLeaf) context.fill(zone.path2d, 'evenodd');
      if (zone.isLeaf && (band === DARK || band === SEVERE) && (zone.box[2] - zone.box[0]) * frame.k > HATCHED_FROM_PIXELS) {
        context.fillStyle = this.#hatch(context, frame, look, band === DARK ? 7 : 12);
        context.fill(zone.path2d, 'evenodd');
      }
    }
    context.strokeStyle = look.edge;
    context.lineWidth = pixel * (zone.isLeaf ? (band === NORMAL ? 0.6 : 1) : 1.4);
    context.setLineDash(zone.isLeaf ? [] : [6 * pixel, 5 * pixel]);
    context.stroke(zone.path2d);
    context.setLineDash([]);
  }

  // Hatched as well as coloured, so that a dark zone is seen without telling colours apart.
  #hatch(context, frame, look, spacing) {
    const key = `${look.key}/${frame.scale}`;
    let pattern = this.hatches.get(key);
    if (!pattern) {
      const size = Math.round(spacing * frame.scale), tile = new OffscreenCanvas(size, size), pen = tile.getContext('2d');
      pen.strokeStyle = look.colour; pen.globalAlpha = 0.34; pen.lineWidth = frame.scale * 0.9;
      for (const shift of [-size, 0, size]) { pen.beginPath(); pen.moveTo(shift, size); pen.lineTo(shift + size, 0); pen.stroke(); }
      pattern = context.createPattern(tile, 'repeat');
      this.hatches.set(key, pattern);
    }
    pattern.setTransform(new DOMMatrix().scale(1 / (frame.k * frame.scale)));
    return pattern;
  }
}
