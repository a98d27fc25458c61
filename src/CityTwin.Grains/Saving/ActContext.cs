using CityTwin.Core.Audit;
using Orleans.Runtime;

namespace CityTwin.Grains.Saving;

/// <summary>
/// The act that a call is made for, on its way from the door to the grain that saves what was ordered: it is entered in the
/// audit log with that very save, or not at all. It travels in the request context, because it is no business of the rules.
/// The coordinator, which saves many orders together and later, keeps it beside the order until then.
/// </summary>
public static class ActContext
{
    private const string Key = "citytwin-act";

    /// <summary>All calls made from here on, until the caller returns, are made for this act.</summary>
    public static void Set(AuditEntry act) => RequestContext.Set(Key, act);

    /// <summary>The act of this call; what the save sets off, such as telling others, is not part of it any more.</summary>
    internal static AuditEntry? Take()
    {
        if (RequestContext.Get(Key) is not AuditEntry act)
        {
            return null;
        }

        RequestContext.Remove(Key);
        return act;
    }
}
