using System.Collections.Immutable;

namespace CityTwin.Core.Access;

/// <summary>What a file of keys says otherwise than before, by the ids of keys.</summary>
/// <param name="Added">They hold from now on, and were not there.</param>
/// <param name="Revoked">They hold no more: said to be revoked, or gone from the file.</param>
/// <param name="Changed">Another name, secret, grant, sensor or end; or a revocation taken back.</param>
public sealed record KeyChanges(ImmutableArray<string> Added, ImmutableArray<string> Revoked, ImmutableArray<string> Changed)
{
    /// <summary>Of each sort so many are named, and the others counted: an entry of the audit log has only so much room.</summary>
    public const int NamedMax = 20;

    public static KeyChanges Between(ImmutableArray<ApiKey> before, ImmutableArray<ApiKey> after)
    {
        var (old, now) = (before.ToDictionary(key => key.Id, StringComparer.Ordinal), after.ToDictionary(key => key.Id, StringComparer.Ordinal));
        return new(
            [.. after.Where(key => !old.ContainsKey(key.Id) && !key.IsRevoked).Select(key => key.Id)],
            [.. before.Where(key => !key.IsRevoked && (!now.TryGetValue(key.Id, out var same) || same.IsRevoked)).Select(key => key.Id)],
            [.. after.Where(key => old.TryGetValue(key.Id, out var same) && !key.IsRevoked && !key.IsSame(same)).Select(key => key.Id)]);
    }

    /// <summary>For people and for the audit log.</summary>
    public override string ToString() =>
        new[] { Told("added", Added), Told("revoked", Revoked), Told("changed", Changed) }.OfType<string>().ToList() is { Count: > 0 } told
            ? string.Join("; ", told) : "no key that holds is another";

    private static string? Told(string verb, ImmutableArray<string> ids) => ids.IsEmpty ? null
        : $"{verb} {string.Join(", ", ids.Take(NamedMax))}{(ids.Length > NamedMax ? $" and {ids.Length - NamedMax} more" : "")}";
}
