using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Threading.RateLimiting;

namespace CityTwin.Api.Access;

/// <summary>
/// How much may be refused before refusals are no longer explained nor written down: per address and per credential. What is
/// allowed is never counted, so nobody can lock others out. Memory is bounded: addresses and credentials share a fixed number
/// of buckets by a hash that nobody outside knows; two in one bucket share its tokens.
/// </summary>
public sealed class RefusalLimit : IDisposable
{
    /// <summary>Refusals that are added to what is left, each <see cref="Refill"/>.</summary>
    public const int PerRefill = 10;

    public const int Buckets = 4096;

    /// <summary>An IPv6 customer has a network of this many bytes, and could come from any address of it.</summary>
    private const int NetworkBytes = 8;

    private static readonly TimeSpan Refill = TimeSpan.FromSeconds(10);

    private readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);
    private readonly PartitionedRateLimiter<int> _limiter;

    /// <param name="burst">Refusals at once.</param>
    public RefusalLimit(int burst) => _limiter = PartitionedRateLimiter.Create<int, int>(bucket => RateLimitPartition.GetTokenBucketLimiter(
        bucket, _ => new() { TokenLimit = burst, TokensPerPeriod = PerRefill, ReplenishmentPeriod = Refill, QueueLimit = 0 }));

    /// <summary>Counts a refusal.</summary>
    /// <returns>False when there were too many.</returns>
    public bool Take(IPAddress? address, string? credential)
    {
        using var byAddress = _limiter.AttemptAcquire(BucketOf(NetworkOf(address)));
        return (credential is null || Take(credential)) & byAddress.IsAcquired;
    }

    /// <summary>Counts a refusal of somebody whose address is not known.</summary>
    /// <returns>False when there were too many.</returns>
    public bool Take(string credential)
    {
        using var byCredential = _limiter.AttemptAcquire(BucketOf(System.Text.Encoding.UTF8.GetBytes(credential)));
        return byCredential.IsAcquired;
    }

    /// <summary>Whether so much has been refused from an address that nothing new is examined for it.</summary>
    public bool IsSpent(IPAddress? address) =>
        _limiter.GetStatistics(BucketOf(NetworkOf(address)))?.CurrentAvailablePermits == 0;

    public void Dispose() => _limiter.Dispose();

    private int BucketOf(byte[] text) => (int)(BitConverter.ToUInt32(HMACSHA256.HashData(_secret, text)) % Buckets);

    private static byte[] NetworkOf(IPAddress? address)
    {
        var bytes = (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.GetAddressBytes() ?? [];
        return address is { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } && !IPAddress.IsLoopback(address) ? bytes[..NetworkBytes] : bytes;
    }
}
