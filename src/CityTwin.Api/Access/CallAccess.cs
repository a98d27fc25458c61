using CityTwin.Core.Access;
using CityTwin.Core.Views;
using Grpc.Core;

namespace CityTwin.Api.Access;

/// <summary>What one admitted call may see. Every answer that is a list, a map or a stream is cut to it.</summary>
internal sealed class CallAccess(Principal? principal, Permission permission)
{
    private (CityIndex City, Sight Sight)? _last;

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

internal static class CallAccessExtensions
{
    private const string Key = "citytwin.access";

    /// <summary>What the call may see.</summary>
    /// <exception cref="InvalidOperationException">The call came past the door: a fault of ours.</exception>
    public static CallAccess Access(this ServerCallContext context) =>
        context.UserState.TryGetValue(Key, out var access) ? (CallAccess)access : throw new InvalidOperationException("The call was not admitted.");

    public static void Admit(this ServerCallContext context, CallAccess access) => context.UserState[Key] = access;
}
