// The last ten minutes as a line: what fell hangs below it, what rose stands above, the newest at the right edge.

import { bands, DARK, NORMAL } from './palette.js';

const SPAN_MS = 10 * 60 * 1000;

export class Timeline {
  constructor(canvas, now) {
    this.canvas = canvas;
    this.context = canvas.getContext('2d');
    this.now = now;
  }

  draw(cascades) {
    const scale = Math.min(window.devicePixelRatio || 1, 2.5), { clientWidth: width, clientHeight: height } = this.canvas;
    if (this.canvas.width !== Math.round(width * scale)) this.canvas.width = Math.round(width * scale);
    if (this.canvas.height !== Math.round(height * scale)) this.canvas.height = Math.round(height * scale);
    const context = this.context, middle = Math.round(height / 2) + 0.5, now = this.now();
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    context.strokeStyle = 'rgba(140,160,180,0.35)'; context.lineWidth = 1;
    context.beginPath(); context.moveTo(0, middle); context.lineTo(width, middle);
    for (let minute = 0; minute <= 10; minute++) {
      const x = Math.round(width * minute / 10) + 0.5;
      context.moveTo(x, middle - 2.5); context.lineTo(x, middle + 2.5);
    }
    context.stroke();
    const reach = count => count === 0 ? 0 : Math.min(1, (1 + Math.log10(count)) / 4) * (middle - 2);
    for (const cascade of cascades) {
      const age = now - Date.parse(cascade.decideTime ?? '');
      if (!(age < SPAN_MS)) continue;
      const x = width - Math.max(0, age) / SPAN_MS * width - 2;
      context.fillStyle = bands[DARK].colour; context.fillRect(x, middle, 2.5, reach(cascade.lowered ?? 0));
      context.fillStyle = bands[NORMAL].colour; context.fillRect(x, middle, 2.5, -reach(cascade.raised ?? 0));
    }
  }
}
