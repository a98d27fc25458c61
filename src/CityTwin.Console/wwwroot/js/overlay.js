// What moves over the map: flashes where a level changes, the selection, guards, names, the crosshair of the keyboard.

import { bands, ink } from './palette.js';
import { Labels } from './labels.js';

const FLASH_MS = 1700;
const RIPPLE_MS = 900;      // from the root of a cascade to the farthest thing it reached
const FLASHES_MAX = 240;    // more at once are a blaze that shows nothing

export class Overlay {
  constructor(host, city, icons) {
    this.city = city;
    this.icons = icons;
    this.labels = new Labels(city);
    this.canvas = host.appendChild(document.createElement('canvas'));
    this.canvas.className = 'layer layer-overlay';
    this.canvas.setAttribute('aria-hidden', 'true');
    this.context = this.canvas.getContext('2d');
    this.flashes = [];
    this.selected = this.hovered = null;
    this.crosshair = false;
    this.calm = matchMedia('(prefers-reduced-motion: reduce)');
  }

  /** True while something moves by itself. */
  get isBusy() { return this.flashes.length > 0; }

  /**
   * Flashes what changed. One batch settles in one instant; the flashes leave its roots and reach each thing after a
   * time that grows with its distance, so that the eye sees from where the trouble came. The levels are shown at once.
   */
  flash(changes, roots, now) {
    if (this.calm.matches && changes.length > 0) changes = changes.slice(0, FLASHES_MAX);
    const origins = roots.filter(root => root?.hasPlace);
    const reach = segment => origins.length === 0 ? 0 : Math.min(...origins.map(root => Math.hypot(root.x - segment.x, root.y - segment.y)));
    const list = changes.filter(({ segment }) => segment.hasPlace).map(({ segment, before }) => ({
      segment, worse: segment.level < before, root: origins.includes(segment), distance: reach(segment),
    }));
    const farthest = Math.max(1, ...list.map(flash => flash.distance));
    list.sort((a, b) => (b.root - a.root) || b.segment.prominence - a.segment.prominence);
    for (const flash of list.slice(0, Math.max(0, FLASHES_MAX - this.flashes.length))) {
      flash.start = now + (this.calm.matches ? 0 : flash.distance / farthest * RIPPLE_MS);
      this.flashes.push(flash);
    }
  }

  draw(view, now) {
    const scale = Math.min(window.devicePixelRatio || 1, 2.5);
    const width = Math.round(view.width * scale), height = Math.round(view.height * scale);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width; this.canvas.height = height;
      this.canvas.style.width = `${view.width}px`; this.canvas.style.height = `${view.height}px`;
    }
    const context = this.context;
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    const to = { x: metres => (metres - view.x) * view.k + view.width / 2, y: metres => (metres - view.y) * view.k + view.height / 2 };
    this.flashes = this.flashes.filter(flash => now < flash.start + FLASH_MS);
    for (const flash of this.flashes) if (now >= flash.start) this.#flash(context, to, view, flash, (now - flash.start) / FLASH_MS);
    for (const guard of this.city.guards) if (guard.duty !== 'OFF_DUTY') this.#guard(context, to.x(guard.x), to.y(guard.y), guard);
    this.labels.draw(context, view);
    if (this.hovered && this.hovered !== this.selected) this.#outline(context, to, view, this.hovered, 0.55);
    if (this.selected) this.#outline(context, to, view, this.selected, 1);
    if (this.crosshair) this.#crosshair(context, view.width / 2, view.height / 2);
  }

  #flash(context, to, view, flash, age) {
    const { segment } = flash, colour = bands[segment.band].colour, fade = (1 - age) ** 1.6;
    context.strokeStyle = colour;
    if (segment.isLine) {
      context.globalAlpha = fade * 0.75;
      context.lineWidth = 3 + 7 * (1 - age); context.lineCap = context.lineJoin = 'round';
      tracePath(context, to, segment.path); context.stroke();
      context.globalAlpha = fade; context.strokeStyle = '#ffffff'; context.lineWidth = 1.2; context.stroke();
    } else {
      const x = to.x(segment.x), y = to.y(segment.y);
      const size = (flash.root ? 46 : 22) * (this.calm.matches ? 0.6 : 1 - (1 - age) ** 3) + 4;
      context.globalAlpha = fade * 0.9; context.lineWidth = flash.root ? 2.4 : 1.5;
      context.beginPath(); context.arc(x, y, size, 0, 7); context.stroke();
      context.globalAlpha = fade * 0.28; context.fillStyle = colour;
      context.beginPath(); context.arc(x, y, size * 0.7, 0, 7); context.fill();
    }
    context.globalAlpha = 1;
  }

  #guard(context, x, y, guard) {
    const busy = guard.duty === 'DISPATCHED' || guard.duty === 'EN_ROUTE' || guard.duty === 'ON_SCENE';
    context.beginPath();
    context.moveTo(x, y - 7); context.lineTo(x + 5.5, y - 4.5); context.lineTo(x + 5, y + 2); context.lineTo(x, y + 7);
    context.lineTo(x - 5, y + 2); context.lineTo(x - 5.5, y - 4.5); context.closePath();
    context.fillStyle = busy ? ink.guard : '#12283a'; context.fill();
    context.strokeStyle = ink.guard; context.lineWidth = 1.3; context.stroke();
  }

  #outline(context, to, view, thing, strength) {
    context.globalAlpha = strength;
    context.strokeStyle = ink.select; context.lineWidth = 1.6; context.setLineDash([]);
    if (thing.type === 'zone') {
      context.beginPath();
      for (const ring of thing.areas.flat()) { tracePath(context, to, ring, true); }
      context.lineWidth = 2; context.stroke();
    } else if (thing.isLine) {
      context.beginPath(); tracePath(context, to, thing.path, true);
      context.globalAlpha = strength * 0.35; context.lineWidth = 11; context.lineCap = 'round'; context.stroke();
      context.globalAlpha = strength; context.lineWidth = 1.4; context.stroke();
    } else {
      const x = to.x(thing.x), y = to.y(thing.y), radius = thing.prominence >= 2 && view.k > 0.055 ? 17 : 12;
      context.beginPath(); context.arc(x, y, radius, 0, 7); context.stroke();
      if (strength === 1) {
        context.beginPath();
        for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) { context.moveTo(x + dx * radius, y + dy * radius); context.lineTo(x + dx * (radius + 6), y + dy * (radius + 6)); }
        context.stroke();
      }
    }
    context.globalAlpha = 1;
  }

  #crosshair(context, x, y) {
    context.strokeStyle = ink.focus; context.lineWidth = 1.5; context.setLineDash([]);
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) { context.moveTo(x + dx * 6, y + dy * 6); context.lineTo(x + dx * 18, y + dy * 18); }
    context.stroke();
    context.beginPath(); context.arc(x, y, 1.5, 0, 7); context.stroke();
  }
}

function tracePath(context, to, path, isContinued) {
  if (!isContinued) context.beginPath();
  context.moveTo(to.x(path[0]), to.y(path[1]));
  for (let i = 2; i + 1 < path.length; i += 2) context.lineTo(to.x(path[i]), to.y(path[i + 1]));
}
