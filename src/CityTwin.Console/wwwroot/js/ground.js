// What lies under the grids: water, parks, buildings, streets; and the zones, filled by their level.

import { bands, ink, DARK, NORMAL, SEVERE } from './palette.js';
import { trace } from './city.js';

const BUILDINGS_FROM_K = 0.09;   // pixels per metre below which single buildings are noise
const MINOR_STREETS_FROM_K = 0.02;

export class Ground {
  constructor(city) {
    this.city = city;
    this.water = new Path2D(); this.waterLines = new Path2D(); this.parks = new Path2D(); this.buildings = new Path2D();
    this.roads = new Path2D(); this.streets = new Path2D();
    for (const shape of city.background) {
      const target = shape.kind === 'water' ? (shape.area ? this.water : this.waterLines)
        : shape.kind === 'park' ? this.parks
        : shape.kind === 'building' ? this.buildings
        : shape.kind === 'street' || shape.kind === 'minor-street' ? this.streets : shape.area ? this.parks : this.roads;
      for (const path of shape.paths) trace(target, path, shape.area);
    }
    this.hatches = new Map();
  }

  draw(context, frame, service) {
    frame.toMetres(context);
    const pixel = 1 / frame.k;
    context.lineJoin = 'round'; context.lineCap = 'round';
    context.fillStyle = ink.park; context.fill(this.parks, 'evenodd');
    context.fillStyle = ink.water; context.fill(this.water, 'evenodd');
    context.strokeStyle = ink.waterLine; context.lineWidth = pixel * 0.8; context.stroke(this.water);
    context.lineWidth = Math.max(pixel * 1.2, 8); context.strokeStyle = ink.water; context.stroke(this.waterLines);
    if (frame.k >= BUILDINGS_FROM_K) { context.fillStyle = ink.building; context.fill(this.buildings, 'evenodd'); }
    if (frame.k >= MINOR_STREETS_FROM_K) {
      context.strokeStyle = ink.street2; context.lineWidth = Math.min(Math.max(pixel, 5), pixel * 6); context.stroke(this.streets);
    }
    context.strokeStyle = ink.street; context.lineWidth = Math.min(Math.max(pixel * 1.4, 11), pixel * 10); context.stroke(this.roads);
    for (const zone of this.city.zonesByDepth) this.#zone(context, frame, zone, this.city.zoneBand(zone, service), pixel);
  }

  #zone(context, frame, zone, band, pixel) {
    const [x0, y0, x1, y1] = frame.region;
    if (zone.box[0] > x1 || zone.box[2] < x0 || zone.box[1] > y1 || zone.box[3] < y0) return;
    const look = bands[band];
    if (zone.isLeaf || band !== NORMAL) {
      context.fillStyle = look.zone;
      if (zone.isLeaf) context.fill(zone.path2d, 'evenodd');
      if (zone.isLeaf && (band === DARK || band === SEVERE)) {
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
