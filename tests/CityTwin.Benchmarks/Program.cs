using CityTwin.Benchmarks;
using CityTwin.Benchmarks.Settle;

// One process a benchmark: what one leaves in caches and heaps is not the next one's.
Action? benchmark = args is [var name] ? name switch
{
    "settle" => SettleBenchmark.Run,
    "hit" => HitBenchmark.Run,
    "fork" => ForkBenchmark.Run,
    _ => null,
} : null;
if (benchmark is null)
{
    Console.Error.WriteLine("Usage: CityTwin.Benchmarks settle|hit|fork");
    return 2;
}

benchmark();
return 0;
