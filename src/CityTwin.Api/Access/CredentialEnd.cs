namespace CityTwin.Api.Access;

/// <summary>A token for a stream that is cancelled when the caller leaves, and when the caller's credential expires or is revoked.</summary>
internal sealed class CredentialEnd : IDisposable
{
    /// <summary>Timers take no longer time; a credential that lasts longer outlasts every stream.</summary>
    private static readonly TimeSpan TimerMax = TimeSpan.FromDays(40);

    private readonly CancellationTokenSource _source;
    private readonly CancellationTokenSource? _expiry;
    private readonly CancellationToken _left;

    public CredentialEnd(Caller caller, TimeProvider time, CancellationToken left)
    {
        _left = left;
        if (caller.Principal.Expires is { } expires && expires - time.GetUtcNow() is var lasts && lasts < TimerMax)
        {
            _expiry = new(lasts > TimeSpan.Zero ? lasts : TimeSpan.Zero, time);
        }

        _source = CancellationTokenSource.CreateLinkedTokenSource(left, caller.Ended, _expiry?.Token ?? CancellationToken.None);
    }

    public CancellationToken Token => _source.Token;

    /// <summary>True when it was the credential that ended, not the caller who left.</summary>
    public bool HasEnded => _source.IsCancellationRequested && !_left.IsCancellationRequested;

    public void Dispose()
    {
        _source.Dispose();
        _expiry?.Dispose();
    }
}
