using System.Collections.Concurrent;
using System.Collections.Immutable;
using CityTwin.Api.Errors;
using CityTwin.Core.Access;

namespace CityTwin.Api.Access;

/// <summary>The keys that this server knows now. Replaced as a whole; streams of keys that are gone or changed end.</summary>
public sealed class KeyRing : IDisposable
{
    /// <summary>Headers that are known again without a look at the key; with more, the rest is looked at each time.</summary>
    public const int KnownMax = 2 * KeyFile.KeysMax;

    private readonly Lock _lock = new();
    private volatile ConcurrentDictionary<string, Caller> _known = new(StringComparer.Ordinal);
    private ImmutableArray<ApiKey> _own = [];
    private ImmutableArray<ApiKey> _given = [];
    private volatile ImmutableHashSet<Principal> _good = ImmutableHashSet.Create<Principal>(ReferenceEqualityComparer.Instance);
    private volatile ImmutableDictionary<string, Held> _keys = ImmutableDictionary<string, Held>.Empty;

    /// <summary>From now on exactly these hold, and those that the server has made itself.</summary>
    public void Replace(ImmutableArray<ApiKey> keys) => Change(() => _given = keys);

    /// <summary>Adds a key that the server has made itself.</summary>
    public void Add(ApiKey key) => Change(() => _own = _own.Add(key));

    private void Change(Action change)
    {
        var gone = new List<Held>();
        lock (_lock)
        {
            change();
            var before = _keys;
            var after = _given.Concat(_own).ToImmutableDictionary(
                key => key.Id, key => before.TryGetValue(key.Id, out var held) && held.Key.IsSame(key) ? held : new(key), StringComparer.Ordinal);
            gone.AddRange(before.Values.Where(held => !after.TryGetValue(held.Key.Id, out var now) || now != held));
            gone.AddRange(after.Values.Where(held => held.Key.IsRevoked));
            _keys = after;
            _known = new(StringComparer.Ordinal);
            _good = ImmutableHashSet.CreateRange<Principal>(
                ReferenceEqualityComparer.Instance, after.Values.Where(held => !held.Key.IsRevoked).Select(held => held.Key.Principal));
        }

        foreach (var held in gone)
        {
            held.End.Cancel();
        }
    }

    /// <summary>Who holds a key; null when it is none of this server, or is over.</summary>
    public Principal? Holder(string key) => Find(key).Caller?.Principal;

    /// <summary>Whether somebody who was let in by a key still is: it has not been revoked since.</summary>
    public bool IsGood(Principal principal) => _good.Contains(principal);

    /// <summary>The caller whose session began with a key, for as long as that very key holds.</summary>
    internal Caller? OfSession(string id, string hash) =>
        _keys.TryGetValue(id, out var held) && !held.Key.IsRevoked && held.Key.Hash == hash ? held.Caller : null;

    /// <summary>The caller who has shown a header before, word for word; null when it has to be looked at.</summary>
    internal Caller? Known(string header) => _known.GetValueOrDefault(header);

    /// <param name="header">The header that the key came in, to be known again.</param>
    internal (Caller? Caller, CredentialFault? Fault) Find(string key, string? header = null)
    {
        var known = _known;
        if (ApiKey.IdIn(key) is not { } id || !_keys.TryGetValue(id, out var held) || !held.Key.Matches(key))
        {
            return (null, new(ErrorReason.CredentialInvalid, "The key is none of this server."));
        }

        if (held.Key.IsRevoked)
        {
            return (null, new(ErrorReason.CredentialRevoked, "The key has been revoked."));
        }

        if (header is not null && known.Count < KnownMax)
        {
            // Into the collection of before: when the keys have changed meanwhile, nobody looks into it any more.
            known.TryAdd(header, held.Caller);
        }

        return (held.Caller, null);
    }

    public void Dispose()
    {
        foreach (var held in _keys.Values)
        {
            held.End.Dispose();
        }
    }

    private sealed class Held
    {
        public Held(ApiKey key) => (Key, Caller) = (key, new(key.Principal, $"key {key.Id}", End.Token));

        public ApiKey Key { get; }

        public Caller Caller { get; }

        public CancellationTokenSource End { get; } = new();
    }
}
