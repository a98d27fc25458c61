// The map: one view (centre in metres, scale in pixels per metre), three cached layers and one that is drawn as it moves.

import { Layer } from './layer.js';
import { Ground } from './ground.js';
import { Zones } from './zones.js';
import { Network } from './network.js';
import { Overlay } from './overlay.js';
import { Gestures } from './gestures.js';
import { contains, distanceSquared } from './grid.js';

const REST_MS = 110;        // how long the view must be still before the layers are drawn anew
const REPAIR_MS = 1500;     // how often overdrawn layers are drawn whole
const ARRANGE_MS = 250;     // how often names are placed anew
const OVERDRAW_MS = 80, OVERDRAWN_MAX = 400;
const EASE_MS = 75;
const K_MIN = 0.0005, K_MAX = 6;
const REACH_PIXELS = 12;    // how near a click has to be

export class CityMap {
  constructor(host, city, icons, { onSelect, onHover, view }) {
    Object.assign(this, { host, city, onSelect, onHover });
    this.service = '';
    this.ground = new Ground(city);
    this.zones = new Zones(city);
    this.network = new Network(city, icons);
    this.stage = host.appendChild(document.createElement('div'));
    this.stage.className = 'stage';
    this.groundLayer = new Layer(this.stage, 'ground', (context, frame) => this.ground.draw(context, frame), true);
    this.zoneLayer = new Layer(this.stage, 'zones', (context, frame) => this.zones.draw(context, frame));
    this.networkLayer = new Layer(this.stage, 'network', (context, frame) => this.network.draw(context, frame));
    this.overlay = new Overlay(this.stage, city, icons);
    this.view = { x: 0, y: 0, k: 0.05, width: 1, height: 1 };
    this.calm = matchMedia('(prefers-reduced-motion: reduce)');
    this.movedAt = this.repairedAt = this.frameAt = this.arrangedAt = 0;
    this.changedSegments = new Set();
    this.overdrawnAt = 0;
    this.touched = true;
    this.resizer = new ResizeObserver(() => this.#resize());
    this.resizer.observe(host);
    this.#resize();
    this.target = { x: 0, y: 0, k: 1 };
    if (view) { Object.assign(this.view, view); Object.assign(this.target, view); } else this.fit(true);
    this.gestures = new Gestures(this);
    this.running = true;
    requestAnimationFrame(now => this.#frame(now));
  }

  stop() {
    this.running = false;
    this.resizer.disconnect();
    this.gestures.stop();
    this.stage.remove();
  }

  /** The whole city. */
  fit(atOnce) {
    const [left, top, right, bottom] = this.city.frame;
    const k = Math.min(this.view.width / (right - left), this.view.height / (bottom - top)) * 0.92;
    this.go({ x: (left + right) / 2, y: (top + bottom) / 2, k }, atOnce);
  }

  go(target, atOnce) {
    Object.assign(this.target, target);
    this.target.k = Math.max(K_MIN, Math.min(K_MAX, this.target.k));
    if (atOnce || this.calm.matches) {
      Object.assign(this.view, this.target);
      this.isMoving = true;
      this.movedAt = performance.now();
    }
    this.touch();
  }

  /** Moves by pixels, at once: a drag has to follow the hand. */
  pan(dx, dy, isEased) {
    this.go({ x: this.target.x - dx / this.target.k, y: this.target.y - dy / this.target.k }, !isEased);
  }

  /** Scales around a place of the viewport that keeps its place. */
  zoom(factor, px = this.view.width / 2, py = this.view.height / 2, atOnce = false) {
    const k = Math.max(K_MIN, Math.min(K_MAX, this.target.k * factor));
    const x = this.target.x + (px - this.view.width / 2) / this.target.k, y = this.target.y + (py - this.view.height / 2) / this.target.k;
    this.go({ k, x: x - (px - this.view.width / 2) / k, y: y - (py - this.view.height / 2) / k }, atOnce);
  }

  show(thing) {
    if (thing.type === 'zone') {
      const [x0, y0, x1, y1] = thing.box;
      if (!(x0 <= x1)) return;
      const k = Math.min(this.view.width / (x1 - x0), this.view.height / (y1 - y0)) * 0.55;
      this.go({ x: (x0 + x1) / 2, y: (y0 + y1) / 2, k });
    } else if (thing.type !== 'segment' || thing.hasPlace) this.go({ x: thing.x, y: thing.y, k: Math.max(this.target.k, 0.09) });
  }

  select(thing) { this.overlay.selected = thing; this.rearrange(); }
  setService(service) { this.service = this.network.service = this.zones.service = service; this.zoneLayer.invalidate(); this.networkLayer.invalidate(); this.rearrange(); }
  touch() { this.touched = true; }
  rearrange() { this.isArranged = false; this.touch(); }

  /** Shows what a message changed. */
  changed(changed, isSnapshot) {
    const now = performance.now();
    if (changed.zones) { this.zoneLayer.invalidate(); this.isArranged = false; }
    if (isSnapshot) this.networkLayer.invalidate();
    for (const { segment } of changed.levels) this.changedSegments.add(segment);
    if (changed.sensors.length > 0) this.isOverdrawn = true;
    if (!isSnapshot && changed.levels.length > 0) {
      this.overlay.flash(changed.levels, changed.cascades.flatMap(cascade => cascade.roots ?? []).map(name => this.city.things.get(name)), now);
      this.isArranged = false;
    }
    this.touch();
  }

  /** What lies at a place of the viewport: the nearest symbol or line, else the smallest zone. */
  hit(px, py) {
    const { view, city } = this, x = view.x + (px - view.width / 2) / view.k, y = view.y + (py - view.height / 2) / view.k;
    const reach = REACH_PIXELS / view.k;
    let best = null, bestScore = reach * reach;
    const offer = (thing, score) => { if (score < bestScore) { best = thing; bestScore = score; } };
    for (const guard of city.guards) offer(guard, (guard.x - x) ** 2 + (guard.y - y) ** 2);
    city.segmentGrid.query(x - reach, y - reach, x + reach, y + reach, index => {
      const segment = city.segments[index];
      // A symbol is aimed at, a line is only crossed: at the same distance the symbol wins.
      offer(segment, distanceSquared(segment.path, x, y) * (segment.isLine ? 3 : 1 / (1 + segment.prominence)));
    });
    if (this.networkLayer.drawn && this.network.showsSensors(this.networkLayer.frame())) {
      city.sensorGrid.query(x - reach, y - reach, x + reach, y + reach, index => {
        const sensor = city.sensors[index];
        offer(sensor, ((sensor.x - x) ** 2 + (sensor.y - y) ** 2) * 1.5);
      });
    }
    if (best) return best;
    let deepest = null;
    city.zoneGrid.query(x, y, x, y, index => {
      const zone = city.zones[index];
      if ((!deepest || zone.depth > deepest.depth) && zone.areas.some(rings => contains(rings, x, y))) deepest = zone;
    });
    return deepest;
  }

  #resize() {
    this.view.width = Math.max(1, this.host.clientWidth);
    this.view.height = Math.max(1, this.host.clientHeight);
    this.rearrange();
  }

  #frame(now) {
    if (!this.running) return;
    const elapsed = Math.min(100, now - this.frameAt);
    this.frameAt = now;
    this.#ease(elapsed, now);
    const rests = now - this.movedAt > REST_MS;
    for (const layer of [this.groundLayer, this.zoneLayer, this.networkLayer]) {
      layer.took(now);
      if (layer.outgrown(this.view) || (rests && (layer.isMoved || (layer.stale && layer.mayRedraw(now))))) { layer.redraw(this.view, now); this.touch(); }
      else layer.place(this.view);
    }
    if (this.changedSegments.size > 0 && now - this.overdrawnAt >= OVERDRAW_MS) this.#overdraw(now);
    if (this.isOverdrawn && rests && now - this.repairedAt > REPAIR_MS) {
      this.networkLayer.invalidate(); this.isOverdrawn = false; this.repairedAt = now;
    }
    if (rests && !this.isArranged && now - this.arrangedAt > ARRANGE_MS) {
      this.arrangedAt = now;
      this.overlay.labels.arrange(this.overlay.context, this.view, this.service, this.overlay.selected);
      this.isArranged = true; this.touch();
    }
    if (this.touched || this.overlay.isBusy) { this.touched = false; this.overlay.draw(this.view, now); }
    requestAnimationFrame(next => this.#frame(next));
  }

  // Draws what changed over what is there; so many at once that a whole drawing is cheaper are left to that.
  #overdraw(now) {
    this.overdrawnAt = now;
    if (this.changedSegments.size > OVERDRAWN_MAX || !this.networkLayer.drawn) this.networkLayer.invalidate();
    else {
      const frame = this.networkLayer.frame(), { context } = this.networkLayer;
      for (const segment of this.changedSegments) this.network.redraw(context, frame, segment);
      this.isOverdrawn = true;
    }
    this.changedSegments.clear();
  }

  #ease(elapsed, now) {
    const { view, target } = this;
    if (view.x === target.x && view.y === target.y && view.k === target.k) {
      if (this.isMoving) { this.isMoving = false; this.movedAt = now; this.isArranged = false; this.onView?.(view); }
      return;
    }
    if (!this.isMoving) this.isMoving = true;
    this.movedAt = now;
    const share = 1 - Math.exp(-elapsed / EASE_MS);
    // The scale moves evenly in its logarithm; the centre follows so that the place under the pointer stays put.
    const k = Math.abs(Math.log(target.k / view.k)) < 0.002 ? target.k : view.k * Math.exp(Math.log(target.k / view.k) * share);
    const way = target.k === view.k ? share : (1 / view.k - 1 / k) / (1 / view.k - 1 / target.k);
    view.x += (target.x - view.x) * way;
    view.y += (target.y - view.y) * way;
    view.k = k;
    if (k === target.k && Math.hypot(target.x - view.x, target.y - view.y) * k < 0.3) Object.assign(view, target);
    this.touched = true;
  }
}
