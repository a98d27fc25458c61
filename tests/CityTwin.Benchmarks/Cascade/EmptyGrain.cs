namespace CityTwin.Benchmarks.Cascade;

/// <summary>A grain that does nothing: the ceiling of what asking one can be.</summary>
public interface IEmptyGrain : IGrainWithStringKey
{
    Task Ping();
}

/// <summary>Keeps nothing, does nothing.</summary>
internal sealed class EmptyGrain : Grain, IEmptyGrain
{
    public Task Ping() => Task.CompletedTask;
}
