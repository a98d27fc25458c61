// Geographic degrees to a flat plane in metres around the city's centre, x to the east and y to the south.
// Mercator keeps angles; scaled by the cosine of the centre's latitude one unit is one metre at the centre, so the
// scale bar needs no further correction within a city.

const EARTH_RADIUS_METRES = 6378137;
const radians = degrees => degrees * Math.PI / 180;
const mercator = latitude => Math.log(Math.tan(Math.PI / 4 + radians(Math.max(-85, Math.min(85, latitude))) / 2));

export class Projection {
  constructor([west, south, east, north]) {
    this.longitude = (west + east) / 2;
    const latitude = (south + north) / 2;
    this.scale = EARTH_RADIUS_METRES * Math.cos(radians(latitude));
    this.origin = mercator(latitude);
  }

  x(longitude) { return this.scale * radians(longitude - this.longitude); }

  y(latitude) { return -this.scale * (mercator(latitude) - this.origin); }

  /** A flat list of longitude, latitude ... to a flat list of x, y ... in metres. */
  path(coordinates) {
    const flat = new Float64Array(coordinates.length);
    for (let i = 0; i + 1 < coordinates.length; i += 2) {
      flat[i] = this.x(coordinates[i]);
      flat[i + 1] = this.y(coordinates[i + 1]);
    }
    return flat;
  }
}
