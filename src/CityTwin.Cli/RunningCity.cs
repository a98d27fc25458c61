using System.CommandLine;
using CityTwin.Client;
using CityTwin.Core.Access;
using Grpc.Core;

namespace CityTwin.Cli;

/// <summary>The <c>--server</c> option of the verbs that talk to a running city.</summary>
internal static class RunningCity
{
    /// <summary>Somebody waits at the shell: a silo that is not there should be told soon.</summary>
    private const int AttemptsMax = 3;

    /// <summary>The definition of a large city takes a while on its way and in coming into force.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    public static Option<string> Option() => new("--server")
    {
        Description = "Where the city answers over gRPC.",
        DefaultValueFactory = _ => "http://127.0.0.1:5081",
        HelpName = "URL",
    };

    /// <summary>Asks the city something.</summary>
    /// <exception cref="CommandFailedException">There is no answer, or it is a refusal.</exception>
    public static async Task<T> Ask<T>(ParseResult result, Option<string> server, Func<CityTwinClient, Task<T>> ask)
    {
        var url = result.GetRequiredValue(server);
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new CommandFailedException($"'{url}' is not the address of a server; it looks like http://127.0.0.1:5081.");
        }

        try
        {
            var key = KeyFor(address);
            using var client = new CityTwinClient(new()
            {
                Addresses = [address],
                AttemptsMax = AttemptsMax,
                Deadline = Patience,
                AnswerBytesMax = null,
                Credential = key is null ? null : _ => new(key),
            });
            return await ask(client);
        }
        catch (ArgumentException wrong)
        {
            throw new CommandFailedException(wrong.Message);
        }
        catch (RpcException failure) when (failure.StatusCode is StatusCode.Unavailable)
        {
            throw new CommandFailedException($"{url} does not answer ({failure.Status.Detail}); is a silo running there?");
        }
        catch (RpcException refused)
        {
            throw new CommandFailedException($"{url} refused: {refused.Status.Detail} ({refused.StatusCode})");
        }
    }

    /// <summary>
    /// The key from the file that CITYTWIN_KEY_FILE names; else the one that a silo of this person on this machine has left
    /// beside its port; else none.
    /// </summary>
    private static string? KeyFor(Uri address)
    {
        if (Environment.GetEnvironmentVariable("CITYTWIN_KEY_FILE") is { Length: > 0 } file)
        {
            var text = File.ReadAllText(file);
            return LocalDoor.Read(text) ?? text.Trim();
        }

        var door = LocalDoor.FileOf(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), address.Port);
        return address.IsLoopback && File.Exists(door) ? LocalDoor.Read(File.ReadAllText(door)) : null;
    }
}
