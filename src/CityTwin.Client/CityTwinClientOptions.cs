using System.Net;

namespace CityTwin.Client;

/// <summary>How a <see cref="CityTwinClient"/> finds its city, and how patient it is.</summary>
public sealed record CityTwinClientOptions
{
    /// <summary>Where silos answer over gRPC; calls go to all that do, in turn. Default: this machine's embedded silo.</summary>
    public IReadOnlyList<Uri> Addresses { get; init; } = [new("http://127.0.0.1:5081")];

    /// <summary>
    /// Gives the API key or token that is sent with each call; asked for each, so that a renewed one is used at once. Null =
    /// none is sent.
    /// </summary>
    public Func<CancellationToken, ValueTask<string>>? Credential { get; init; }

    /// <summary>Sends the credential over connections without TLS that leave this machine. Whoever listens there has it then.</summary>
    public bool AllowCredentialInTheClear { get; init; }

    /// <summary>How long a call may take with all its tries, where the call itself does not say. Default: 30 s.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a call is tried while no silo can take it, 1 to 10. Default: 6.</summary>
    public int AttemptsMax { get; init; } = 6;

    /// <summary>The pause before the second try; each later one is twice as long, and a little random. Default: 100 ms.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between tries. Default: 3 s.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The largest answer taken, in bytes; null = any. Default: 64 MiB.</summary>
    public int? AnswerBytesMax { get; init; } = 64 << 20;

    /// <summary>The largest request sent, in bytes; null = any. Default: any.</summary>
    public int? RequestBytesMax { get; init; }

    /// <summary>Deadlines and pauses of watches go by it, and those of an invoker of one's own.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <exception cref="ArgumentException">A value makes no sense; the message names it.</exception>
    internal void Check()
    {
        Require(Addresses.Count > 0, "no address is given; the embedded silo's is http://127.0.0.1:5081");
        foreach (var address in Addresses)
        {
            Require(address.IsAbsoluteUri && address.Scheme is "http" or "https", $"'{address}' is not an address; it looks like http://127.0.0.1:5081");
            Require(address.Scheme == Addresses[0].Scheme, "addresses with TLS and without are mixed");
            Require(
                Credential is null || AllowCredentialInTheClear || address.Scheme == "https" || IsOnThisMachine(address),
                $"a credential would be sent to {address} where all can read it; use https");
        }

        CheckPatience();
    }

    /// <exception cref="ArgumentException">Deadline, tries or pauses make no sense; the message names which.</exception>
    internal void CheckPatience()
    {
        Require(AttemptsMax is >= 1 and <= 10, $"{nameof(AttemptsMax)} is {AttemptsMax}; it is 1 to 10");
        Require(Deadline > TimeSpan.Zero, $"{nameof(Deadline)} is {Deadline}; it is above zero");
        Require(FirstPause > TimeSpan.Zero && LongestPause >= FirstPause, $"{nameof(FirstPause)} is {FirstPause} and {nameof(LongestPause)} {LongestPause}; the first is above zero and not the longer");
    }

    /// <summary>The next pause between two tries: twice as long, up to <see cref="LongestPause"/>.</summary>
    internal TimeSpan PauseAfter(TimeSpan pause) => pause * 2 < LongestPause ? pause * 2 : LongestPause;

    private static bool IsOnThisMachine(Uri address) =>
        address.IsLoopback || (IPAddress.TryParse(address.DnsSafeHost, out var ip) && IPAddress.IsLoopback(ip));

    private static void Require(bool holds, string fault)
    {
        if (!holds)
        {
            throw new ArgumentException($"CityTwin client: {fault}.");
        }
    }
}
