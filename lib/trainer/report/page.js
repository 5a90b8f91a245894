// Runs in the reader's browser, after Plotly. It draws the curves in the
// colours of the style sheet, again whenever light turns to dark, and stops
// large media from being shown as blocks.

/** Pixels; wider media are meant to look smooth. */
const SMOOTH_FROM = 480;

const data = document.getElementById("curves");
const curves = data === null ? [] : JSON.parse(data.textContent);
const touch = matchMedia("(pointer: coarse)").matches;

function drawCurves() {
  const style = getComputedStyle(document.documentElement);
  const { fontFamily } = getComputedStyle(document.body);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const palette = colour("series").split(" ");
  for (const [i, curve] of curves.entries()) {
    const axis = {
      gridcolor: colour("line"),
      linecolor: colour("line"),
      zeroline: false,
      automargin: true,
    };
    const colours = curve.colours ?? palette;
    const traces = curve.series.map(({ name, x, y }, k) => ({
      name,
      x,
      y,
      type: "scatter",
      mode: x.length > 1 ? "lines" : "markers",
      line: {
        width: 2,
        color: colours[k % colours.length],
        dash: k < colours.length ? "solid" : "dash", // colours repeat
      },
      marker: { size: 7, color: colours[k % colours.length] },
    }));
    const layout = {
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: fontFamily, size: 12, color: colour("quiet") },
      margin: { l: 8, r: 12, t: 8, b: 8 },
      xaxis: {
        ...axis,
        title: { text: curve.xLabel, standoff: 8 },
        exponentformat: "none",
        separatethousands: true,
      },
      yaxis: {
        ...axis,
        title: { text: curve.yLabel, standoff: 10 },
        exponentformat: "power",
        type: curve.logY ? "log" : "linear",
        dtick: curve.logY && spansDecades(curve.series) ? 1 : undefined,
      },
      showlegend: traces.length > 1,
      legend: { orientation: "h", x: 0, y: 1.02, yanchor: "bottom" },
      hovermode: "x unified",
      hoverlabel: {
        bgcolor: colour("card"),
        bordercolor: colour("line"),
        font: { color: colour("text") },
        namelength: -1,
      },
      dragmode: touch ? false : "zoom", // a finger has to scroll the page
    };
    const config = { responsive: true, displayModeBar: false };
    globalThis.Plotly.react(`plot-${i}`, traces, layout, config);
  }
}

/** Whether powers of ten alone make enough ticks. */
function spansDecades(series) {
  let low = Infinity;
  let high = 0;
  for (const { y } of series) {
    for (const value of y) {
      if (value === null || value <= 0) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return high / low >= 1000;
}

function smoothWhenLarge(event) {
  const medium = event.currentTarget;
  const width = medium.videoWidth ?? medium.naturalWidth;
  medium.classList.toggle("smooth", width >= SMOOTH_FROM);
}

for (const video of document.querySelectorAll("video")) {
  video.addEventListener("loadedmetadata", smoothWhenLarge);
  if (video.readyState > 0) smoothWhenLarge({ currentTarget: video });
}
for (const image of document.querySelectorAll("img")) {
  image.addEventListener("load", smoothWhenLarge);
  if (image.complete) smoothWhenLarge({ currentTarget: image });
}
if (curves.length > 0) {
  drawCurves();
  matchMedia("(prefers-color-scheme: dark)")
    .addEventListener("change", drawCurves);
}
