// A scale bar of a round length.

const WIDEST_PIXELS = 130;

export class Scale {
  constructor(element) {
    this.bar = element.querySelector('i');
    this.label = element.querySelector('span');
  }

  show(k) {
    const longest = WIDEST_PIXELS / k, power = 10 ** Math.floor(Math.log10(longest));
    const metres = [5, 2, 1].map(step => step * power).find(length => length <= longest) ?? power;
    this.bar.style.width = `${Math.round(metres * k)}px`;
    this.label.textContent = metres >= 1000 ? `${metres / 1000} km` : `${metres} m`;
  }
}
