using CityTwin.Core.Access;
using CityTwin.Core.Model;
using CityTwin.Core.Views;
using Grpc.Core;

namespace CityTwin.Api.Access;

/// <summary>What one admitted call may see. Every answer that is a list, a map or a stream is cut to it.</summary>
internal sealed class CallAccess(Principal? principal, Permission permission)
{
    private (CityIndex City, Sight Sight)? _last;

    /// <summary>The row of the table by which it was let in.</summary>
    public Permission Permission => permission;

    /// <summary>Whether it may say what a sensor says.</summary>
    public AccessVerdict MaySpeakFor(SensorId sensor, CityIndex city, DateTimeOffset now) =>
        TopicRules.MaySpeakFor(principal, permission, city, sensor, now);

    /// <summary>The zones seen, in the definition that an answer is made from.</summary>
    public Sight In(CityIndex city)
    {
        if (_last is not { } last || last.City != city)
        {
            // An action open to anyone shows nothing of the city; where it does, it is the whole.
            _last = last = (city, principal is null ? Sight.Everything : Sight.Of(principal, permission, city));
        }

        return last.Sight;
    }
}

/// <summary>What is known of one request at the doors: set by the first of them.</summary>
/// <param name="Caller">Null when no credential was shown that holds.</param>
/// <param name="Fault">What was wrong with the one that was shown.</param>
internal sealed record Visit(Caller? Caller, CredentialFault? Fault)
{
    /// <summary>Set once the call is let in.</summary>
    public CallAccess? Access { get; set; }
}

internal static class CallAccessExtensions
{
    /// <summary>What the call may see.</summary>
    /// <exception cref="InvalidOperationException">The call came past the door: a fault of ours.</exception>
    public static CallAccess Access(this ServerCallContext context) =>
        context.GetHttpContext().Features.Get<Visit>()?.Access ?? throw new InvalidOperationException("The call was not admitted.");
}
