namespace CityTwin.Grains.Storing;

/// <summary>
/// A write did not succeed for a reason other than its version. (Another version than expected is Orleans' own
/// <see cref="Orleans.Storage.InconsistentStateException"/>: reread, decide again.)
/// </summary>
[GenerateSerializer, Alias("save-exception")]
public abstract class SaveException(string message, Exception? cause) : Exception(message, cause);

/// <summary>Nothing was written, for certain (disk full, storage stopped or too busy). The same write may be tried again.</summary>
[GenerateSerializer, Alias("save-failed")]
public sealed class SaveFailedException(string message, Exception? cause = null) : SaveException(message, cause);

/// <summary>The write may or may not have been committed. Deactivate, and reread before deciding anything.</summary>
[GenerateSerializer, Alias("save-unknown")]
public sealed class SaveOutcomeUnknownException(string message, Exception? cause = null) : SaveException(message, cause);
