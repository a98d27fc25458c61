namespace CityTwin.Api;

/// <summary>The limits of the public interface. Reaching one is an error with a reason of its own, never a silence.</summary>
public sealed record ApiOptions
{
    /// <summary>The largest request, in bytes.</summary>
    public int RequestBytesMax { get; set; } = 4 * 1024 * 1024;

    /// <summary>The largest definition over gRPC, in bytes: 100,000 sensors are some 40 MiB.</summary>
    public int DefinitionBytesMax { get; set; } = 256 * 1024 * 1024;

    /// <summary>The largest answer, in bytes; the map of the largest city is the largest answer.</summary>
    public int ResponseBytesMax { get; set; } = 256 * 1024 * 1024;

    /// <summary>The most things on one page, and in one batch.</summary>
    public int PageSizeMax { get; set; } = 1000;

    /// <summary>The page size of those who do not say.</summary>
    public int PageSizeDefault { get; set; } = 100;

    /// <summary>The most open streams of this server: watches, events and readings.</summary>
    public int StreamsMax { get; set; } = 1000;

    /// <summary>The most readings in one message of a stream of readings; more ends the stream.</summary>
    public int ReadingsPerMessageMax { get; set; } = 1000;

    /// <summary>Messages of one stream of readings that are read and not yet answered; then its sender waits.</summary>
    public int ReadingMessagesAheadMax { get; set; } = 16;

    /// <summary>The shortest time between two messages with changes to one watcher, in milliseconds; what happens in between is sent as one.</summary>
    public int WatchIntervalMilliseconds { get; set; } = 50;

    /// <summary>A stream without changes says so this often, in milliseconds.</summary>
    public int HeartbeatMilliseconds { get; set; } = 5_000;

    /// <summary>How long a read waits for the version it asks for, in milliseconds.</summary>
    public int FreshnessWaitMilliseconds { get; set; } = 10_000;

    /// <summary>Simulations that run at once.</summary>
    public int SimulationsRunningMax { get; set; } = 2;

    /// <summary>Simulations that wait for their turn.</summary>
    public int SimulationsWaitingMax { get; set; } = 16;

    /// <summary>Simulations that are remembered, with their reports.</summary>
    public int SimulationsRememberedMax { get; set; } = 100;

    /// <summary>The least time between two analyses of the live city, in milliseconds.</summary>
    public int AnalysisIntervalMilliseconds { get; set; } = 500;

    /// <summary>How much of one core the search for weakest links may take, in percent.</summary>
    public int AnalysisCpuPercent { get; set; } = 20;

    /// <exception cref="ArgumentException">A limit is out of its range; the message names it.</exception>
    public void Validate()
    {
        foreach (var (name, value, most) in new[]
        {
            (nameof(RequestBytesMax), RequestBytesMax, int.MaxValue),
            (nameof(DefinitionBytesMax), DefinitionBytesMax, int.MaxValue),
            (nameof(ResponseBytesMax), ResponseBytesMax, int.MaxValue),
            (nameof(PageSizeMax), PageSizeMax, 100_000),
            (nameof(PageSizeDefault), PageSizeDefault, PageSizeMax),
            (nameof(StreamsMax), StreamsMax, 1_000_000),
            (nameof(ReadingsPerMessageMax), ReadingsPerMessageMax, 10_000),
            (nameof(ReadingMessagesAheadMax), ReadingMessagesAheadMax, 1000),
            (nameof(WatchIntervalMilliseconds), WatchIntervalMilliseconds, 60_000),
            (nameof(HeartbeatMilliseconds), HeartbeatMilliseconds, 3_600_000),
            (nameof(SimulationsRunningMax), SimulationsRunningMax, 64),
            (nameof(SimulationsWaitingMax), SimulationsWaitingMax, 1000),
            (nameof(SimulationsRememberedMax), SimulationsRememberedMax, 10_000),
            (nameof(AnalysisIntervalMilliseconds), AnalysisIntervalMilliseconds, 3_600_000),
            (nameof(AnalysisCpuPercent), AnalysisCpuPercent, 100),
            (nameof(FreshnessWaitMilliseconds), FreshnessWaitMilliseconds, 600_000),
        })
        {
            if (value < 1 || value > most)
            {
                throw new ArgumentException($"Api:{name} must lie between 1 and {most}, not {value}.");
            }
        }
    }
}
