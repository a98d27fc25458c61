using CityTwin.Benchmarks;
using CityTwin.Benchmarks.Breach;
using CityTwin.Benchmarks.Cascade;
using CityTwin.Benchmarks.Flood;
using CityTwin.Benchmarks.Ingest;
using CityTwin.Benchmarks.Million;
using CityTwin.Benchmarks.Reading;
using CityTwin.Benchmarks.Restart;
using CityTwin.Benchmarks.Settle;
using CityTwin.Benchmarks.Watching;

// One process a benchmark: what one leaves in caches and heaps is not the next one's.
Func<Task>? benchmark = args is [var name] ? name switch
{
    "settle" => () => Task.Run(SettleBenchmark.Run),
    "hit" => () => Task.Run(HitBenchmark.Run),
    "fork" => () => Task.Run(ForkBenchmark.Run),
    "breach" => () => Task.Run(BreachBenchmark.Run),
    "read" => ReadBenchmark.Run,
    "permission" => PermissionBenchmark.Run,
    "list" => ListBenchmark.Run,
    "cascade" => CascadeBenchmark.Run,
    "ingest" => IngestBenchmark.Run,
    "ingest-pg" => PostgresIngestBenchmark.Run,
    "watch" => WatchBenchmark.Run,
    "flood" => FloodBenchmark.Run,
    "restart" => RestartBenchmark.Run,
    "million" => MillionBenchmark.Run,
    _ => null,
} : null;
if (benchmark is null)
{
    Console.Error.WriteLine("Usage: CityTwin.Benchmarks settle|hit|fork|breach|cascade|read|permission|list|ingest|ingest-pg|watch|flood|restart|million");
    return 2;
}

await benchmark();
return 0;
