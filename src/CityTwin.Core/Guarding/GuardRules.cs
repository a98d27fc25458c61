using CityTwin.Core.Model;

namespace CityTwin.Core.Guarding;

/// <summary>How a guard takes an order and goes through with it: dispatched, en route, on scene, cleared.</summary>
public static class GuardRules
{
    /// <summary>A guard of whom nothing is known yet stands at the post, on duty.</summary>
    public static GuardStatus New(Guard guard) =>
        new(guard.Id, GuardDuty.Available, guard.Post, DateTimeOffset.UnixEpoch, null, 0);

    /// <summary>A newer position replaces an older one; an older one changes nothing.</summary>
    public static GuardStatus Move(GuardStatus status, LonLat position, DateTimeOffset at) =>
        at <= status.PositionAt ? status : Next(status with { Position = position, PositionAt = at });

    /// <summary>Gives an order. The same request twice does nothing; another order replaces one that is not done.</summary>
    /// <returns>Null when the guard is off duty.</returns>
    public static GuardStatus? Dispatch(GuardStatus status, string request, ZoneId place, string by, string reason, DateTimeOffset now) =>
        status.Order?.Request == request ? status
        : status.Duty == GuardDuty.OffDuty ? null
        : Next(status with { Duty = GuardDuty.Dispatched, Order = new(request, place, by, reason, now, now, null, null, null) });

    /// <summary>The guard reports the next step of the order in hand; each step counts once, and only forwards.</summary>
    public static GuardStatus Progress(GuardStatus status, GuardDuty reached, DateTimeOffset now) =>
        status.Order is not { Cleared: null } order ? status : reached switch
        {
            GuardDuty.EnRoute when status.Duty == GuardDuty.Dispatched =>
                Next(status with { Duty = reached, Order = order with { EnRoute = now } }),
            GuardDuty.OnScene when status.Duty is GuardDuty.Dispatched or GuardDuty.EnRoute =>
                Next(status with { Duty = reached, Order = order with { EnRoute = order.EnRoute ?? now, OnScene = now } }),
            GuardDuty.Available =>
                Next(status with { Duty = reached, Order = order with { Cleared = now } }),
            _ => status,
        };

    /// <summary>Comes on duty or goes off it; who has an order finishes it first.</summary>
    public static GuardStatus Shift(GuardStatus status, bool isOnDuty) => status.Duty switch
    {
        GuardDuty.Available when !isOnDuty => Next(status with { Duty = GuardDuty.OffDuty }),
        GuardDuty.OffDuty when isOnDuty => Next(status with { Duty = GuardDuty.Available }),
        _ => status,
    };

    private static GuardStatus Next(GuardStatus status) => status with { Version = status.Version + 1 };
}
