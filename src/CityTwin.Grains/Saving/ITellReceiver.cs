namespace CityTwin.Grains.Saving;

/// <summary>A grain that others tell things. A tell may arrive more than once: the receiver drops repeats.</summary>
public interface ITellReceiver : IGrainWithStringKey
{
    /// <summary>Returns once what was told can no longer be lost.</summary>
    /// <param name="from">The address of the sending grain.</param>
    /// <param name="sequence">Counts up per sender.</param>
    /// <param name="message">What happened.</param>
    Task Hear(string from, long sequence, object message);
}

/// <summary>A grain that may hold tells from before its silo died.</summary>
public interface ITellSender : IGrainWithStringKey
{
    /// <summary>Goes on delivering what is in the outbox.</summary>
    Task ResumeTells();
}
