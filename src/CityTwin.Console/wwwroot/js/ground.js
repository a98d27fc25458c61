// What lies under the city: water, parks, buildings, streets. It never changes, so it is drawn only when the view rests.

import { ink } from './palette.js';
import { trace } from './city.js';

const BUILDINGS_FROM_K = 0.09;   // pixels per metre below which single buildings are noise
const MINOR_STREETS_FROM_K = 0.02;

export class Ground {
  constructor(city) {
    this.water = new Path2D(); this.waterLines = new Path2D(); this.parks = new Path2D(); this.buildings = new Path2D();
    this.roads = new Path2D(); this.streets = new Path2D();
    for (const shape of city.background) {
      const target = shape.kind === 'water' ? (shape.area ? this.water : this.waterLines)
        : shape.kind === 'park' ? this.parks
        : shape.kind === 'building' ? this.buildings
        : shape.kind === 'street' || shape.kind === 'minor-street' ? this.streets : shape.area ? this.parks : this.roads;
      for (const path of shape.paths) trace(target, path, shape.area);
    }
  }

  draw(context, frame) {
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
  }
}
