// A canvas that is drawn once and then only moved: while the view pans or zooms, the finished picture is shifted and
// scaled by the compositor; it is drawn anew when the view rests, or when it has moved too far to be covered.

const MARGIN = 0.2;          // of the viewport on each side, so that a short pan shows no edge
const PIXELS_MAX = 24e6;     // of the whole canvas: a 4K screen at double density would not fit otherwise

export class Layer {
  /** draw(context, view, region): view maps metres to CSS pixels of the canvas; region is what it shows, in metres. */
  constructor(host, name, draw) {
    this.draw = draw;
    this.canvas = host.appendChild(document.createElement('canvas'));
    this.canvas.className = `layer layer-${name}`;
    this.canvas.setAttribute('aria-hidden', 'true');
    this.context = this.canvas.getContext('2d');
    this.drawn = null;
    this.stale = true;
  }

  invalidate() { this.stale = true; }

  /** Whether the picture no longer serves for this view, even moved and scaled. */
  outgrown(view) {
    if (!this.drawn || this.drawn.width !== view.width || this.drawn.height !== view.height || this.drawn.density !== density(view)) return true;
    const ratio = view.k / this.drawn.k;
    if (ratio > 2 || ratio < 0.6) return true;
    const halfWidth = this.drawn.width * (0.5 + MARGIN) * ratio, halfHeight = this.drawn.height * (0.5 + MARGIN) * ratio;
    const dx = (this.drawn.x - view.x) * view.k, dy = (this.drawn.y - view.y) * view.k;
    return halfWidth - Math.abs(dx) < view.width / 2 || halfHeight - Math.abs(dy) < view.height / 2;
  }

  get moved() { return this.isMoved; }

  /** Puts the picture where the view wants it, without drawing. */
  place(view) {
    if (!this.drawn) return;
    const ratio = view.k / this.drawn.k;
    const x = view.width / 2 + (this.drawn.x - view.x) * view.k - this.drawn.width * (0.5 + MARGIN) * ratio;
    const y = view.height / 2 + (this.drawn.y - view.y) * view.k - this.drawn.height * (0.5 + MARGIN) * ratio;
    this.isMoved = Math.abs(ratio - 1) > 1e-9 || this.drawn.x !== view.x || this.drawn.y !== view.y;
    this.canvas.style.transform = `translate(${x}px, ${y}px) scale(${ratio})`;
  }

  redraw(view) {
    const scale = density(view), width = view.width * (1 + 2 * MARGIN), height = view.height * (1 + 2 * MARGIN);
    if (this.canvas.width !== Math.round(width * scale) || this.canvas.height !== Math.round(height * scale)) {
      this.canvas.width = Math.round(width * scale);
      this.canvas.height = Math.round(height * scale);
      this.canvas.style.width = `${width}px`;
      this.canvas.style.height = `${height}px`;
    }
    this.drawn = { x: view.x, y: view.y, k: view.k, width: view.width, height: view.height, density: scale };
    this.stale = false;
    this.context.setTransform(1, 0, 0, 1, 0, 0);
    this.context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.draw(this.context, this.frame());
    this.place(view);
  }

  /** How the drawn picture maps metres to device pixels; for drawing single things onto it later. */
  frame() {
    const { x, y, k, width, height, density: scale } = this.drawn;
    const centreX = width * (0.5 + MARGIN), centreY = height * (0.5 + MARGIN);
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
