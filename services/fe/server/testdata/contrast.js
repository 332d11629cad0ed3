// Evaluates to a list of what on the page has less contrast than WCAG 2.2 asks
// for at level AA: text (1.4.3), and the edges, marks and focus outlines that
// one has to see (1.4.11).
(() => {
  const rgba = (color) => {
    const m = color.match(/^rgba?\(([^)]+)\)$/);
    if (!m) {
      throw new Error(`not a colour that this test knows: ${color}`);
    }
    const [r, g, b, a = 1] = m[1].split(/[\s,/]+/).map(Number);
    return { r, g, b, a };
  };
  const over = (top, under) => ({
    r: top.r * top.a + under.r * (1 - top.a),
    g: top.g * top.a + under.g * (1 - top.a),
    b: top.b * top.a + under.b * (1 - top.a),
    a: 1,
  });
  const background = (el) => {
    const layers = [];
    for (let e = el; e; e = e.parentElement) {
      const c = rgba(getComputedStyle(e).backgroundColor);
      if (c.a > 0) {
        layers.push(c);
      }
      if (c.a === 1) {
        break;
      }
    }
    return layers.reverse().reduce((under, top) => over(top, under), { r: 255, g: 255, b: 255, a: 1 });
  };
  const luminance = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((v) => {
      v /= 255;
      return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ratio = (a, b) => {
    const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (high + 0.05) / (low + 0.05);
  };

  const found = new Set();
  let checked = 0;
  const check = (what, color, under, least) => {
    checked++;
    const got = ratio(over(rgba(color), under), under);
    if (got < least) {
      found.add(`${what}: ${got.toFixed(2)}, want ${least}`);
    }
  };
  const name = (el) => el.tagName.toLowerCase() + (el.id ? `#${el.id}` : "") + (el.getAttribute("class") ? `.${el.getAttribute("class").split(" ").join(".")}` : "");
  const leastFor = (style) => {
    const size = parseFloat(style.fontSize);
    return size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
  };
  const visible = (el) => el.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && !el.closest(".unseen");

  // Text
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const el = n.parentElement;
    if (!n.data.trim() || !visible(el) || el.closest(":disabled, svg title")) {
      continue;
    }
    const style = getComputedStyle(el);
    const svg = el.closest("svg");
    check(`text in ${name(el)}`, svg ? style.fill : style.color, background(svg ? svg.parentElement : el), leastFor(style));
  }
  for (const el of document.querySelectorAll("input, textarea")) {
    if (!visible(el)) {
      continue;
    }
    check(`text in ${name(el)}`, getComputedStyle(el).color, background(el), 4.5);
    if (el.placeholder) {
      check(`placeholder in ${name(el)}`, getComputedStyle(el, "::placeholder").color, background(el), 4.5);
    }
    if (el.type === "file") {
      const button = getComputedStyle(el, "::file-selector-button");
      check(`button of ${name(el)}`, button.color, over(rgba(button.backgroundColor), background(el)), 4.5);
      check(`edge of the button of ${name(el)}`, button.borderTopColor, background(el), 3);
    }
  }

  // What one has to see beside text
  for (const el of document.querySelectorAll("input:not([type=file]), textarea, .drop, button:enabled, .button, .problem, .notice")) {
    if (visible(el)) {
      const style = getComputedStyle(el);
      check(`edge of ${name(el)}`, style.borderInlineStartColor, background(el.parentElement), 3);
    }
  }
  for (const el of document.querySelectorAll("svg .bar, svg .dot")) {
    check(`mark ${name(el)}`, getComputedStyle(el).fill, background(el.closest("svg").parentElement), 3);
  }

  // The focus
  const before = document.activeElement;
  for (const el of document.querySelectorAll("a[href], button:enabled, input, textarea, summary, pre[tabindex]")) {
    if (!visible(el)) {
      continue;
    }
    el.focus({ focusVisible: true, preventScroll: true });
    const style = getComputedStyle(el);
    if (document.activeElement !== el || style.outlineStyle === "none" || parseFloat(style.outlineWidth) < 2) {
      found.add(`focus on ${name(el)}: it can't be seen`);
      continue;
    }
    check(`focus on ${name(el)}`, style.outlineColor, background(el.parentElement), 3);
  }
  document.activeElement.blur();
  before.focus({ preventScroll: true });

  return { found: [...found], checked };
})();
