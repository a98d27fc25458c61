using CityTwin.Core.Model;

namespace CityTwin.Core.Guarding;

/// <summary>Why a command to a guard was refused.</summary>
public enum GuardFault
{
    /// <summary>Off duty: no order can be given.</summary>
    OffDuty,

    /// <summary>There is no order in hand whose progress could be told.</summary>
    NoOrder,

    /// <summary>Has an order in hand, and finishes it before going off duty.</summary>
    OrderInHand,
}

/// <summary>A command's outcome: the status that follows, and why nothing followed.</summary>
public readonly record struct GuardDecision(GuardStatus Status, GuardFault? Fault);

/// <summary>How a guard takes an order and goes through with it: dispatched, en route, on scene, cleared.</summary>
public static class GuardRules
{
    /// <summary>A guard of whom nobody has heard yet stands at the post, on duty: so the definition of the city says.</summary>
    public static GuardStatus New(Guard guard) =>
        new(guard.Id, GuardDuty.Available, guard.Post, DateTimeOffset.UnixEpoch, null, 0);

    /// <summary>A command once: a repeated request changes nothing, one that was refused may be tried again.</summary>
    public static GuardDecision Once(GuardStatus status, string request, Func<GuardStatus, GuardDecision> command)
    {
        if (RecentRequests.Knows(status.RecentRequests, request))
        {
            return new(status, null);
        }

        var decision = command(status);
        return decision.Fault is not null ? decision
            : new(decision.Status with { RecentRequests = RecentRequests.With(status.RecentRequests, request) }, null);
    }

    /// <summary>A newer position replaces an older one; an older one changes nothing.</summary>
    public static GuardStatus Move(GuardStatus status, LonLat position, DateTimeOffset at) =>
        at <= status.PositionAt ? status : Next(status with { Position = position, PositionAt = at });

    /// <summary>Gives an order. The same request twice does nothing; another order replaces one that is not done.</summary>
    public static GuardDecision Dispatch(GuardStatus status, string request, ZoneId place, string by, string reason, DateTimeOffset now) =>
        status.Order?.Request == request ? new(status, null)
        : status.Duty == GuardDuty.OffDuty ? new(status, GuardFault.OffDuty)
        : new(Next(status with { Duty = GuardDuty.Dispatched, Order = new(request, place, by, reason, now, now, null, null, null) }), null);

    /// <summary>The guard reports the next step of the order in hand; each step counts once, and only forwards.</summary>
    public static GuardDecision Progress(GuardStatus status, GuardDuty reached, DateTimeOffset now) =>
        status.Order is not { Cleared: null } order ? new(status, GuardFault.NoOrder) : new(reached switch
        {
            GuardDuty.EnRoute when status.Duty == GuardDuty.Dispatched =>
                Next(status with { Duty = reached, Order = order with { EnRoute = now } }),
            GuardDuty.OnScene when status.Duty is GuardDuty.Dispatched or GuardDuty.EnRoute =>
                Next(status with { Duty = reached, Order = order with { EnRoute = order.EnRoute ?? now, OnScene = now } }),
            GuardDuty.Available =>
                Next(status with { Duty = reached, Order = order with { Cleared = now } }),
            _ => status,
        }, null);

    /// <summary>Comes on duty or goes off it; who has an order finishes it first.</summary>
    public static GuardDecision Shift(GuardStatus status, bool isOnDuty) => status.Duty switch
    {
        GuardDuty.Available when !isOnDuty => new(Next(status with { Duty = GuardDuty.OffDuty }), null),
        GuardDuty.OffDuty when isOnDuty => new(Next(status with { Duty = GuardDuty.Available }), null),
        not (GuardDuty.Available or GuardDuty.OffDuty) when !isOnDuty => new(status, GuardFault.OrderInHand),
        _ => new(status, null),
    };

    private static GuardStatus Next(GuardStatus status) => status with { Version = status.Version + 1 };
}
