// The grids themselves: segments as lines and symbols by level, sensors as dots. Drawn whole when the view rests; when
// levels change, only the segments that changed are drawn over, so the cost follows the changes and not the city.

import { bands, drawingOrder, ink, DARK, NORMAL, OPEN, REDUCED, SEVERE, UNKNOWN } from './palette.js';

const SYMBOLS_FROM_K = 0.055;      // pixels per metre from which points carry the symbol of their service
const SENSORS_IN_VIEW_MAX = 2500;  // more dots than that are a fog, not information
const radii = [2.6, 3.2, 4, 5];    // by prominence, in pixels

export class Network {
  constructor(city, icons) {
    this.city = city;
    this.icons = icons;
    this.service = '';
    this.fills = bands.map(band => band.colour);
  }

  draw(context, frame) {
    frame.toPixels(context);
    context.lineJoin = 'round'; context.lineCap = 'round';
    const lines = bands.map(() => []), points = bands.map(() => []);
    this.city.segmentGrid.query(...frame.region, index => {
      const segment = this.city.segments[index];
      (segment.isLine ? lines : points)[segment.band].push(segment);
    });
    for (const band of drawingOrder) this.#lines(context, frame, lines[band], band);
    this.#sensors(context, frame);
    for (const band of drawingOrder) for (const segment of points[band]) this.point(context, frame, segment);
  }

  /** Draws one changed segment over what is there. */
  redraw(context, frame, segment) {
    if (!segment.hasPlace) return;
    const [x0, y0, x1, y1] = frame.region;
    if (segment.box[0] > x1 || segment.box[2] < x0 || segment.box[1] > y1 || segment.box[3] < y0) return;
    frame.toPixels(context);
    context.lineJoin = 'round'; context.lineCap = 'round';
    if (segment.isLine) {
      // What was there before is erased, or a wide line would show under a thin one. What crosses it is mended by
      // the next whole drawing, within a second.
      this.#trace(context, frame, [segment]);
      context.globalCompositeOperation = 'destination-out';
      context.globalAlpha = 1; context.lineWidth = this.#width(DARK, frame) * 3.6 + 1.5; context.setLineDash([]);
      context.stroke();
      context.globalCompositeOperation = 'source-over';
      this.#lines(context, frame, [segment], segment.band);
    } else this.point(context, frame, segment);
  }

  /** How many sensors are worth drawing one by one at this scale. */
  showsSensors(frame) {
    const [x0, y0, x1, y1] = frame.region, [left, top, right, bottom] = this.city.frame;
    const seen = Math.max(0, Math.min(x1, right) - Math.max(x0, left)) * Math.max(0, Math.min(y1, bottom) - Math.max(y0, top));
    const share = seen / Math.max(1, (right - left) * (bottom - top));
    return this.city.sensors.length * Math.min(1, share) <= SENSORS_IN_VIEW_MAX;
  }

  #faded(segment) { return this.service !== '' && segment.service !== this.service; }

  #width(band, frame) {
    const grow = Math.max(1, Math.min(2, frame.k * 12));
    return (band === NORMAL ? 1.1 : band === REDUCED ? 1.7 : band === UNKNOWN || band === OPEN ? 1 : 2.2) * grow;
  }

  #lines(context, frame, segments, band) {
    for (const faded of [true, false]) {
      const batch = segments.filter(segment => this.#faded(segment) === faded);
      if (batch.length === 0) continue;
      this.#trace(context, frame, batch);
      const width = this.#width(band, frame);
      context.setLineDash([]);
      context.globalAlpha = faded ? 0.12 : 1;
      if (!faded && band !== UNKNOWN && band !== OPEN) { // a wide faint line under a thin bright one reads as light
        context.strokeStyle = this.fills[band]; context.globalAlpha = band === NORMAL ? 0.1 : 0.2; context.lineWidth = width * 3.6;
        context.stroke();
        context.globalAlpha = band === NORMAL ? 0.72 : 1;
      }
      context.strokeStyle = this.fills[band]; context.lineWidth = width;
      context.setLineDash(band === DARK ? [6, 5] : band === SEVERE ? [12, 3] : band === UNKNOWN ? [2, 4] : band === OPEN ? [3, 7] : []);
      context.stroke();
      context.setLineDash([]);
      context.globalAlpha = 1;
    }
  }

  #trace(context, frame, segments) {
    context.beginPath();
    for (const { path } of segments) {
      context.moveTo(frame.x(path[0]), frame.y(path[1]));
      for (let i = 2; i + 1 < path.length; i += 2) context.lineTo(frame.x(path[i]), frame.y(path[i + 1]));
    }
  }

  /** The shape tells the band as well as the colour: disc, ringed disc, diamond, cross. */
  point(context, frame, segment) {
    const x = frame.x(segment.x), y = frame.y(segment.y), band = segment.band, colour = this.fills[band];
    context.globalAlpha = this.#faded(segment) ? 0.14 : 1;
    if (frame.k >= SYMBOLS_FROM_K && segment.prominence > 0) this.#symbol(context, x, y, segment, band, colour);
    else {
      const radius = radii[segment.prominence] * Math.max(0.72, Math.min(1.25, frame.k * 18));
      context.beginPath(); context.arc(x, y, radius + 2, 0, 7);
      context.fillStyle = ink.ground; context.fill();
      mark(context, x, y, band === NORMAL || band === OPEN ? radius * 0.82 : radius + 0.6, band, colour);
    }
    if (segment.disagrees) {
      context.beginPath(); context.arc(x, y, 11, 0, 7);
      context.strokeStyle = ink.labelStrong; context.lineWidth = 1.2; context.setLineDash([2, 3]); context.stroke(); context.setLineDash([]);
    }
    context.globalAlpha = 1;
  }

  #symbol(context, x, y, segment, band, colour) {
    const size = segment.prominence >= 2 ? 11 : 8.5;
    context.beginPath(); context.roundRect(x - size, y - size, 2 * size, 2 * size, 5);
    context.fillStyle = ink.ground; context.fill();
    context.strokeStyle = colour; context.lineWidth = band === NORMAL || band === OPEN ? 1 : 2;
    context.setLineDash(band === DARK ? [4, 3] : band === OPEN ? [2, 3] : []);
    context.stroke(); context.setLineDash([]);
    const icon = this.icons.get(segment.service) ?? this.icons.get('other'), scale = size / 11;
    context.save();
    context.translate(x - 7 * scale, y - 7 * scale); context.scale(scale * 0.875, scale * 0.875);
    context.fillStyle = colour; context.fill(icon, 'evenodd');
    context.restore();
    if (band === DARK || band === SEVERE || band === REDUCED) {
      context.beginPath(); context.arc(x + size, y - size, 5.5, 0, 7); context.fillStyle = ink.ground; context.fill();
      mark(context, x + size, y - size, 3.8, band, colour);
    }
  }

  #sensors(context, frame) {
    const all = this.showsSensors(frame);
    context.globalAlpha = this.service ? 0.4 : 0.9;
    const size = frame.k > SYMBOLS_FROM_K ? 2.6 : 1.6;
    context.fillStyle = ink.sensor;
    const faulty = [];
    this.city.sensorGrid.query(...frame.region, index => {
      const sensor = this.city.sensors[index];
      if (sensor.isFaulty) faulty.push(sensor);
      else if (all) context.fillRect(frame.x(sensor.x) - size / 2, frame.y(sensor.y) - size / 2, size, size);
    });
    context.strokeStyle = ink.sensorFault; context.lineWidth = 1;
    if (all) for (const sensor of faulty) context.strokeRect(frame.x(sensor.x) - size, frame.y(sensor.y) - size, 2 * size, 2 * size);
    context.globalAlpha = 1;
  }
}

/** The sign of a band, also used by the legend. */
export function mark(context, x, y, radius, band, colour) {
  context.beginPath();
  context.fillStyle = context.strokeStyle = colour;
  if (band === DARK) {
    context.lineWidth = Math.max(1.6, radius * 0.5); context.lineCap = 'butt';
    context.moveTo(x - radius, y - radius); context.lineTo(x + radius, y + radius);
    context.moveTo(x + radius, y - radius); context.lineTo(x - radius, y + radius);
    context.stroke(); context.lineCap = 'round';
  } else if (band === SEVERE) {
    const reach = radius * 1.25;
    context.moveTo(x, y - reach); context.lineTo(x + reach, y); context.lineTo(x, y + reach); context.lineTo(x - reach, y); context.closePath();
    context.fill();
  } else if (band === REDUCED || band === OPEN) {
    context.lineWidth = band === OPEN ? 1.1 : Math.max(1.4, radius * 0.5);
    context.arc(x, y, radius * 0.85, 0, 7); context.stroke();
  } else {
    context.arc(x, y, band === UNKNOWN ? radius * 0.5 : radius, 0, 7); context.fill();
  }
}
