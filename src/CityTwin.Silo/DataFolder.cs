namespace CityTwin.Silo;

/// <summary>One silo at a time runs on a data folder: two would each believe to be the city's only coordinator.</summary>
internal static class DataFolder
{
    private const string LockName = "silo.lock";

    /// <summary>Holds the folder until disposed of; the system lets go of it when the process dies, however it dies.</summary>
    /// <exception cref="StartRefusedException">Another silo holds it, or it cannot be written.</exception>
    public static IDisposable Occupy(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return new FileStream(Path.Combine(folder, LockName), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new StartRefusedException($"the data folder '{folder}' cannot be written ({failure.Message}); give another one with --data.");
        }
        catch (IOException failure)
        {
            throw new StartRefusedException(
                $"the data folder '{folder}' is in use by another silo, or cannot be written ({failure.Message}); stop that one or give another folder with --data.");
        }
    }
}
