import { interpolated, numberColumn, type Table } from "./csv-series.ts";
import { seriesFiles, type KnownSeries } from "./series.ts";

const DAY = 24;
const WINDS = ["NE", "NW", "SE", "cv"] as const;
const WEATHER = ["DEWP", "TEMP", "PRES", "Iws", "Is", "Ir"] as const;
const INPUTS = ["pm", ...WEATHER, ...WINDS, "hour_sin", "hour_cos", "year_sin", "year_cos"];

/**
 * Hourly PM2.5 and weather in Beijing, 2010 to 2014 (Liang et al. 2015): trained on the first three years, validated on the fourth and tested on
 * the fifth. Missing values of PM2.5 are interpolated; what lies in front of the first one is left out. The wind's direction is four columns of
 * 0 and 1, hour and season are points on a circle.
 */
export const beijingPm25: KnownSeries = {
  file: "PRSA_data_2010.1.1-2014.12.31.csv",
  header: ["year", "month", "day", "hour", "pm", "DEWP", "TEMP", "PRES", "cbwd", "Iws", "Is", "Ir"],
  make: (table, path) => {
    const pm = numberColumn(table, "pm", path);
    const first = pm.findIndex((value) => !Number.isNaN(value));
    const years = numberColumn(table, "year", path).slice(first);
    const columns = [
      interpolated(pm),
      ...WEATHER.map((name) => interpolated(numberColumn(table, name, path))),
      ...winds(table),
      ...clocks(table, path),
    ];
    const [trained, validated] = [years[0]! + 3, years[0]! + 4];
    const before = (year: number): number => years.filter((each) => each < year).length;
    return seriesFiles({
      columns: INPUTS,
      rows: years.map((_, row) => columns.map((column) => column[first + row]!)),
      trainEnd: before(trained),
      validEnd: before(validated),
      config: {
        task: "forecast",
        data: { train: "train.csv", valid: "valid.csv" },
        forecast: { inputs: INPUTS.join(","), outputs: "pm", window: 2 * DAY, horizon: DAY, mode: "direct", season: DAY },
        encoder: { hidden: 32 },
        training: { epochs: 6, batchSize: 128, learningRate: 0.002, dropout: 0.4, schedule: "cosine" },
      },
    });
  },
};

function winds({ columns, rows }: Table): number[][] {
  const at = columns.indexOf("cbwd");
  return WINDS.map((wind) => rows.map((row) => (row[at] === wind ? 1 : 0)));
}

/** Sine and cosine of the hour in the day and of the month in the year. */
function clocks(table: Table, path: string): number[][] {
  const circle = (name: string, steps: number): number[][] => {
    const angles = numberColumn(table, name, path).map((value) => (2 * Math.PI * value) / steps);
    return [angles.map(Math.sin), angles.map(Math.cos)];
  };
  return [...circle("hour", DAY), ...circle("month", 12)];
}
