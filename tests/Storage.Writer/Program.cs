using CityTwin.Storage.Writer;

// number DIR WRITERS: writes numbered states until it is killed, and prints "KEY NUMBER" for each acknowledged one.
// bench [ROWS]: measures group commits beside a plain bulk insert of the same rows.
return args switch
{
    ["number", var folder, var writers] => await NumberedWrites.Run(folder, int.Parse(writers, null)),
    ["bench"] => await WriteBenchmark.Run(100_000),
    ["bench", var rows] => await WriteBenchmark.Run(int.Parse(rows, null)),
    _ => 2,
};
