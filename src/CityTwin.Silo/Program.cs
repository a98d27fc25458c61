using CityTwin.Silo;

return await SiloCommand.RunAsync(args);
