"""The library that a JupyterHub calls: profiles by user and image, for KubeSpawner's pods.

A `jupyterhub_config.py` that uses it. Each call has its own SingleuserProfiles and a thread, as a
hub serves everybody from one, which must not wait for an API server::

    import asyncio
    from renderer.singleuser import SingleuserProfiles

    def loaded(spawner):
        profiles = SingleuserProfiles()
        profiles.load_profiles(username=spawner.user.name)
        return profiles

    def apply(spawner, pod):
        profiles, user = loaded(spawner), spawner.user.name
        size = spawner.user_options.get("size")
        profile = profiles.get_merged_profile(spawner.image, user, size)
        types, mode = profiles.gpu_types, profiles.gpu_mode
        return profiles.apply_pod_profile(user, pod, profile, types, "/home/jovyan", mode)

    async def apply_profile(spawner, pod):
        return await asyncio.to_thread(apply, spawner, pod)

    async def setup_services(spawner):
        profiles = await asyncio.to_thread(loaded, spawner)
        await asyncio.to_thread(
            profiles.setup_services, spawner, spawner.image, spawner.user.name
        )

    async def clean_services(spawner):
        profiles = SingleuserProfiles()
        await asyncio.to_thread(profiles.clean_services, spawner, spawner.user.name)

    c.KubeSpawner.modify_pod_hook = apply_profile
    c.KubeSpawner.pre_spawn_hook = setup_services
    c.KubeSpawner.post_stop_hook = clean_services
"""

from renderer.singleuser.profiles import SingleuserProfiles

__all__ = ["SingleuserProfiles"]
