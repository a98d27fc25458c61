// A canvas that is drawn once and then only moved: while the view pans or zooms, the finished picture is shifted and
// scaled by the compositor; it is drawn anew when the view rests, or when it has moved too far to be covered.

import { ink } from './palette.js';

const MARGIN = 0.2;          // of the viewport on each side, so that a short pan shows no edge
const REFRESH_MS = 100;      // how often changes are drawn at most; the server gathers them as long
const SHARE = 6;             // a layer spends at most one part in so many of the time on being drawn anew
const PIXELS_MAX = 24e6;     // of the whole canvas: a 4K screen at double density would not fit otherwise

export class Layer {
  /** draw(context, view, region): view maps metres to CSS pixels of the canvas; region is what it shows, in metres. */
  constructor(host, name, draw, isOpaque = false) {
    this.draw = draw;
    this.canvas = host.appendChild(document.createElement('canvas'));
    this.canvas.className = `layer layer-${name}`;
    this.canvas.setAttribute('aria-hidden', 'true');
    this.context = this.canvas.getContext('2d', { alpha: !isOpaque });
    this.ground = isOpaque ? ink.ground : null;
    this.drawn = null;
    this.stale = true;
    this.drawnAt = this.drawingMs = 0;
  }

  /** Whether a change may be drawn already: a layer that takes long is drawn less often, so that the rest stays fluent. */
  mayRedraw(now) { return now - this.drawnAt >= Math.max(REFRESH_MS, this.drawingMs * SHARE); }

  /** Learns how long the frame took in which it was drawn: most of the work is done after the drawing calls return. */
  took(now) {
    if (this.isTimed) this.drawingMs = now - this.drawnAt;
    this.isTimed = false;
  }

  invalidate() { this.stale = true; }

  /** Whether the picture no longer serves for this view, even moved and scaled. */
  outgrown(view) {
    if (!this.drawn || this.drawn.width !== view.width || this.drawn.height !== view.height || this.drawn.density !== density(view)) return true;
    const ratio = view.k / this.drawn.k;
    if (ratio > 2 || ratio < 0.6) return true;
    const halfWidth = (this.drawn.width / 2 + this.drawn.marginX) * ratio, halfHeight = (this.drawn.height / 2 + this.drawn.marginY) * ratio;
    const dx = (this.drawn.x - view.x) * view.k, dy = (this.drawn.y - view.y) * view.k;
    return halfWidth - Math.abs(dx) < view.width / 2 || halfHeight - Math.abs(dy) < view.height / 2;
  }

  /** Puts the picture where the view wants it, without drawing. */
  place(view) {
    if (!this.drawn) return;
    const ratio = view.k / this.drawn.k;
    const x = view.width / 2 + (this.drawn.x - view.x) * view.k - (this.drawn.width / 2 + this.drawn.marginX) * ratio;
    const y = view.height / 2 + (this.drawn.y - view.y) * view.k - (this.drawn.height / 2 + this.drawn.marginY) * ratio;
    this.isMoved = Math.abs(ratio - 1) > 1e-9 || this.drawn.x !== view.x || this.drawn.y !== view.y;
    const transform = ratio === 1 ? `translate(${x}px, ${y}px)` : `translate(${x}px, ${y}px) scale(${ratio})`;
    if (transform !== this.transform) this.canvas.style.transform = this.transform = transform;
  }

  redraw(view, now) {
    this.drawnAt = now;
    this.isTimed = true;
    // Whole pixels: at rest the picture is copied as it is, not resampled.
    const scale = density(view), marginX = Math.round(view.width * MARGIN), marginY = Math.round(view.height * MARGIN);
    const width = view.width + 2 * marginX, height = view.height + 2 * marginY;
    if (this.canvas.width !== Math.round(width * scale) || this.canvas.height !== Math.round(height * scale)) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.height = Math.round(height * scale);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    this.drawn = { x: view.x, y: view.y, k: view.k, width: view.width, height: view.height, marginX, marginY, density: scale };
    this.stale = false;
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    if (this.ground) {
      this.context.fillStyle = this.ground;
      this.context.fillRect(0, 0, this.canvas.width, this.canvas.height);
    } else this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.draw(this.context, this.frame());
    this.place(view);
  }

  /** How the drawn picture maps metres to device pixels; for drawing single things onto it later. */
  frame() {
    const { x, y, k, width, height, marginX, marginY, density: scale } = this.drawn;
    const centreX = width / 2 + marginX, centreY = height / 2 + marginY;
    return {
      scale, k,
      x: metres => (metres - x) * k + centreX,
      y: metres => (metres - y) * k + centreY,
      region: [x - centreX / k, y - centreY / k, x + centreX / k, y + centreY / k],
      /** Sets the context so that one unit is a metre. */
      toMetres: context => context.setTransform(scale * k, 0, 0, scale * k, scale * (centreX - x * k), scale * (centreY - y * k)),
      /** Sets the context so that one unit is a CSS pixel. */
      toPixels: context => context.setTransform(scale, 0, 0, scale, 0, 0),
    };
  }
}

function density(view) {
  const wanted = Math.min(window.devicePixelRatio || 1, 2.5);
  const area = view.width * view.height * (1 + 2 * MARGIN) ** 2;
  return Math.max(1, Math.min(wanted, Math.sqrt(PIXELS_MAX / Math.max(1, area))));
}
