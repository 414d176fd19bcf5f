import { numberColumn } from "./csv-series.ts";
import { seriesFiles, type KnownSeries } from "./series.ts";

const MONTHS = 12;

/** Monthly passengers 1949 to 1960 (Box & Jenkins 1976): the first two thirds are trained on, the rest validates; 144 rows give no third part. */
export const airlinePassengers: KnownSeries = {
  file: "airline-passengers.csv",
  header: ["Month", "Passengers"],
  make: (table, path) => {
    const passengers = numberColumn(table, "Passengers", path);
    const end = passengers.length;
    return seriesFiles({
      columns: ["passengers"],
      rows: passengers.map((value) => [value]),
      trainEnd: Math.floor((2 * end) / 3),
      validEnd: end,
      config: {
        task: "forecast",
        data: { train: "train.csv", valid: "valid.csv" },
        forecast: { inputs: "passengers", outputs: "passengers", window: 2 * MONTHS, horizon: MONTHS, mode: "direct", season: MONTHS },
        encoder: { hidden: 32 },
        training: { epochs: 300, batchSize: 16, learningRate: 0.005 },
      },
    });
  },
};
