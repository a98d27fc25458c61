using System.Text.Json;
using System.Text.Json.Serialization;
using CityTwin.Grains.Saving;
using CityTwin.Grains.Storing;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime;
using Orleans.Storage;

namespace CityTwin.Grains.Inspection;

/// <summary>Reads what a grain holds and what storage holds of it, without touching either.</summary>
internal static class GrainInspector
{
    private static readonly JsonSerializerOptions Json = new()
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    public static async Task<GrainInspection> Inspect<TState>(
        IGrainContext context, string stateName, Commit<TState> commit, DateTimeOffset activatedAt)
        where TState : class
    {
        var services = context.ActivationServices;
        var stored = new GrainState<Stored<TState>>();
        await services.GetRequiredKeyedService<IGrainStorage>(StorageNames.Published).ReadStateAsync(stateName, context.GrainId, stored);
        return new(
            context.GrainId.ToString(),
            services.GetRequiredService<ILocalSiloDetails>().Name,
            activatedAt,
            commit.Version,
            JsonSerializer.Serialize(commit.State, Json),
            stored.RecordExists && stored.State?.State is { } state ? JsonSerializer.Serialize(state, Json) : null,
            commit.Pending.Length,
            commit.LastError,
            [
                .. commit.Pending.Take(GrainInspection.TellsMax).Select(tell => new PendingTell(
                    tell.Sequence, tell.To, tell.Message.GetType().Name, JsonSerializer.Serialize(tell.Message, tell.Message.GetType(), Json))),
            ]);
    }
}
