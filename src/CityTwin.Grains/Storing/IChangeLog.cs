namespace CityTwin.Grains.Storing;

/// <summary>
/// What the city has shown of itself, in the order of the commits, over all silos: the only way by which views change.
/// A place in it is (<see cref="Epoch"/>, sequence).
/// </summary>
public interface IChangeLog
{
    /// <summary>
    /// Names this very log: drawn when the database is made, and another one after a restore or a failover. It stays while a
    /// silo runs: one that finds itself on another log stops. A sequence of another epoch means nothing here.
    /// </summary>
    string Epoch { get; }

    /// <summary>The highest sequence this process knows of. Other silos may be ahead by as much as the polling interval.</summary>
    long Head { get; }

    /// <summary>The highest sequence in the database: whatever was committed before the call, by whichever silo, stands no further.</summary>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<long> ReadHead(CancellationToken cancellation);

    /// <summary>The rows after <paramref name="after"/> (0 = from the start), at most <paramref name="max"/>.</summary>
    /// <param name="after">The last sequence the reader has.</param>
    /// <param name="max">1 to 10,000.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<ChangeRead> Read(long after, int max, CancellationToken cancellation);

    /// <summary>As <see cref="Read"/>, but only the rows of alerts: those who tell them on do not read the millions of others.</summary>
    /// <returns>Rows and how far they reach; or the news that the log does not hold what follows.</returns>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<ChangeRead> ReadAlerts(long after, int max, CancellationToken cancellation);

    /// <summary>Everything published, and the head that goes with it, in one consistent read.</summary>
    /// <param name="cancellation">Gives up.</param>
    /// <param name="kinds">Only rows of these kinds; none given = of all. A large city has a few batches among its sensors.</param>
    /// <exception cref="StorageUnusableException">The database cannot be read.</exception>
    Task<ChangeSnapshot> Snapshot(CancellationToken cancellation, params string[] kinds);

    /// <summary>Returns once the head is beyond <paramref name="seq"/>: at once after a commit of this process, else within the polling interval.</summary>
    Task WaitBeyond(long seq, CancellationToken cancellation);
}
