namespace CityTwin.Grains.Running;

/// <summary>
/// A grain that has something to do at a time although nobody calls it. It publishes when, with the write that makes it
/// so; whoever watches wakes it then, also after a restart. It may be woken early, late and several times.
/// </summary>
public interface ISleeper : IGrainWithStringKey
{
    /// <summary>Does what is due by now, if anything is; returns once it is saved.</summary>
    Task Wake();
}
